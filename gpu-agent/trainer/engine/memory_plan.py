"""Which micro-batch, checkpointing and precision to try first, and what to try when memory runs out."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import psutil
import torch

if TYPE_CHECKING:
    from engine.engine import EngineOptions

SMALLEST = 256
CPU_TOKENS = 8192


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


def activation_bytes(config: Any, element_bytes: int) -> int:
    """Bytes that a trained token keeps for the backward pass, all layers, without checkpointing.

    A layer keeps about sixteen vectors of the hidden size (norms, projections, attention, residuals, LoRA's inputs)
    and six of the feed-forward's.
    """
    per_layer = 16 * config.hidden_size + 6 * config.intermediate_size
    return int(config.num_hidden_layers) * per_layer * element_bytes


def free_memory(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return int(psutil.virtual_memory().available)


def first_plan(config: Any, device: torch.device, options: "EngineOptions") -> MemoryPlan:
    """As large a micro-batch as seven tenths of the free memory should hold. An estimate: the memory plans corrects it."""
    checkpointing = options.checkpointing == "on"
    if options.budget:
        return MemoryPlan(options.budget, checkpointing, options.precision)
    each = activation_bytes(config, 4 if options.precision == "fp32" else 2)
    if checkpointing:
        each //= 8
    fitting = int(0.7 * free_memory(device) / each)
    most = CPU_TOKENS if device.type == "cpu" else 65536
    budget = SMALLEST
    while budget * 2 <= min(fitting, most):
        budget *= 2
    return MemoryPlan(budget, checkpointing, options.precision)


def next_plan(plan: MemoryPlan, options: "EngineOptions") -> MemoryPlan | None:
    """Smaller micro-batches, then gradient checkpointing, then NF4, as far as the settings leave it open."""
    if plan.budget > SMALLEST:
        return replace(plan, budget=max(SMALLEST, plan.budget // 2))
    if not plan.checkpointing and options.checkpointing == "auto":
        return replace(plan, budget=SMALLEST * 8, checkpointing=True)
    if plan.precision == "bf16" and options.precision_open:
        return replace(plan, budget=SMALLEST * 8, precision="nf4")
    return None
