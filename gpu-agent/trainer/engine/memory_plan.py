"""Which micro-batch, checkpointing and precision to try first, and what to try when memory runs out.

The same functions as packages/protocol/src/estimate/memory-plan.ts, which predicts the plan of a run, with the same
figures; the tests of both replay packages/protocol/fixtures/memory-plans.json.
"""

from dataclasses import dataclass
from typing import Any, Literal

import psutil
import torch

from engine.counters import EngineOptions
from job.generated import ACTIVATION_SHARE, LARGEST_TOKENS, SAVING_TOKENS, SMALLEST_TOKENS


@dataclass(frozen=True)
class MemoryPlan:
    """`budget` is tokens a micro-batch; one row at least, however long."""

    budget: int
    checkpointing: bool
    precision: str

    def depth(self) -> tuple[bool, bool, int]:
        """Sorts plans from the first to the last."""
        return self.precision == "nf4", self.checkpointing, -self.budget

    def describe(self) -> str:
        way = "with" if self.checkpointing else "without"
        return f"{self.precision}, {self.budget} tokens a micro-batch, {way} gradient checkpointing"


@dataclass(frozen=True)
class LayerSizes:
    """The figures of a model that the memory of a token follows from."""

    hidden_size: int
    ffn_size: int
    layers: int

    @classmethod
    def of(cls, config: Any) -> "LayerSizes":
        return cls(config.hidden_size, config.intermediate_size, config.num_hidden_layers)


def activation_bytes(sizes: LayerSizes, precision: str, checkpointing: bool) -> int:
    """Bytes that a trained token keeps for the backward pass.

    A layer keeps about sixteen vectors of the hidden size (norms, projections, attention, residuals, LoRA's inputs)
    and six of the feed-forward's; with checkpointing only its input, and one layer at a time is whole.
    """
    element = 4 if precision == "fp32" else 2
    layer = (16 * sizes.hidden_size + 6 * sizes.ffn_size) * element
    return sizes.layers * sizes.hidden_size * element + layer if checkpointing else sizes.layers * layer


def all_plans(options: EngineOptions, device: Literal["cuda", "cpu"]) -> list[MemoryPlan]:
    """Every plan that the settings allow, from the fastest to the leanest."""
    most = options.budget or LARGEST_TOKENS[device]
    small = halve(min(most, SAVING_TOKENS))
    checkpointing = options.checkpointing == "on"
    plans = [MemoryPlan(tokens, checkpointing, options.precision) for tokens in halve(most)]
    if options.checkpointing == "auto":
        plans += [MemoryPlan(tokens, True, options.precision) for tokens in small]
    if options.precision_open and options.precision != "nf4":
        plans += [MemoryPlan(tokens, options.checkpointing != "off", "nf4") for tokens in small]
    return plans


def halve(most: int) -> list[int]:
    """Tokens of a micro-batch from this many down to the smallest, by powers of two."""
    sizes, tokens = [most], 1 << (most.bit_length() - 1)
    while tokens >= SMALLEST_TOKENS:
        if tokens < most:
            sizes.append(tokens)
        tokens //= 2
    return sizes


def list_memory_plans(
    options: EngineOptions, device: Literal["cuda", "cpu"], sizes: LayerSizes, free_bytes: int
) -> list[MemoryPlan]:
    """The plans in the order in which they are tried: from the first whose activations fit into the free memory.

    A number of tokens in the settings is tried first, whatever is free; NF4 comes only after memory has run out.
    """
    plans = all_plans(options, device)
    if options.budget:
        return plans
    own = [plan for plan in plans if plan.precision == options.precision]
    for at, plan in enumerate(own):
        each = activation_bytes(sizes, plan.precision, plan.checkpointing)
        if plan.budget * each <= ACTIVATION_SHARE * free_bytes:
            return plans[at:]
    return plans[len(own) - 1 :]


def free_memory(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return int(psutil.virtual_memory().available)


def device_kind(device: torch.device) -> Literal["cuda", "cpu"]:
    return "cuda" if device.type == "cuda" else "cpu"


def first_plan(config: Any, device: torch.device, options: EngineOptions) -> MemoryPlan:
    """The plan to begin with. An estimate: where memory runs out all the same, `next_plan` corrects it."""
    return list_memory_plans(options, device_kind(device), LayerSizes.of(config), free_memory(device))[0]


def next_plan(plan: MemoryPlan, options: EngineOptions, device: torch.device) -> MemoryPlan | None:
    """Smaller micro-batches, then gradient checkpointing, then NF4, as far as the settings leave it open."""
    leaner = (other for other in all_plans(options, device_kind(device)) if other.depth() > plan.depth())
    return next(leaner, None)
