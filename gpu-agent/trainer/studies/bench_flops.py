"""Model FLOP utilization of the training bench: what the mathematics of a training needs, over what the device could do.

Formula (PaLM, Chowdhery et al. 2022, appendix B; 6N is from Kaplan et al. 2020): a trained token costs 2 FLOPs a
parameter forwards and 4 backwards, so 6N; a token of a reference pass costs 2N. A query costs 4 x width FLOPs a layer
and visible key forwards (its product with the key, and its share of the value), and twice that backwards. N counts the
matrices that a token passes: those of the layers, and the head for tokens that are scored. Not counted are padding,
activations computed again under gradient checkpointing, and what an arm saves: prompts that it shares, a reference
that it computes once.

6N is the convention, and what published figures mean. A LoRA needs less: its frozen base has no gradients of its own,
so a trained token costs 4N and 6 a parameter of the LoRA. `Flops.needed` counts that, as a run's page does.
"""

from collections.abc import Sequence as Several
from dataclasses import dataclass
from typing import Any

from engine.packing import Pair


@dataclass(frozen=True)
class ModelSize:
    """Parameters: `matrices` of all layers, `head` of the output, `lora` of the adapter. `width` is heads x head size."""

    matrices: int
    head: int
    lora: int
    layers: int
    width: int

    @classmethod
    def of(cls, config: Any, rank: int, targets: Several[str]) -> "ModelSize":
        """From the config of a Llama-like model and the rank and targets of its LoRA."""
        hidden, ffn, heads = config.hidden_size, config.intermediate_size, config.num_attention_heads
        size = getattr(config, "head_dim", None) or hidden // heads
        queries, keys = heads * size, config.num_key_value_heads * size
        layer = {
            "q_proj": (hidden, queries), "k_proj": (hidden, keys), "v_proj": (hidden, keys), "o_proj": (queries, hidden),
            "gate_proj": (hidden, ffn), "up_proj": (hidden, ffn), "down_proj": (ffn, hidden),
        }  # fmt: skip
        matrices = sum(inputs * outputs for inputs, outputs in layer.values())
        lora = sum(rank * sum(layer[target]) for target in targets)
        layers = config.num_hidden_layers
        return cls(layers * matrices, config.vocab_size * hidden, layers * lora, layers, queries)


@dataclass(frozen=True)
class Work:
    """Tokens of a pass through the model, those of them that are scored, and pairs of a query and a key that it sees."""

    tokens: int = 0
    scored: int = 0
    seen: int = 0

    def __add__(self, more: "Work") -> "Work":
        return Work(self.tokens + more.tokens, self.scored + more.scored, self.seen + more.seen)

    def times(self, count: int) -> "Work":
        return Work(self.tokens * count, self.scored * count, self.seen * count)


@dataclass(frozen=True)
class Flops:
    """`model` by the convention (6N a trained token), `needed` without gradients of the frozen base."""

    model: float
    needed: float


def triangle(length: int) -> int:
    """Pairs of a query and a key in causal attention: each token sees itself and those before it."""
    return length * (length + 1) // 2


def work_of(pairs: Several[Pair], method: str, shared: bool = False) -> Work:
    """One time through the data; `shared` where a prompt is computed once for both of its answers."""
    total = Work()
    for pair in pairs:
        prompt, answers = len(pair.prompt), pair.sides() if method == "dpo" else (pair.chosen,)
        for number, answer in enumerate(answers):
            whole = prompt + len(answer)
            once = shared and number > 0
            total += Work(whole - prompt * once, len(answer), triangle(whole) - triangle(prompt) * once)
    return total


def forward_flops(size: ModelSize, work: Work) -> tuple[float, float]:
    """Of the matrices and of attention."""
    matrices = 2.0 * (size.matrices * work.tokens + size.head * work.scored)
    return matrices, 4.0 * size.layers * size.width * work.seen


def training_flops(size: ModelSize, trained: Work, reference: Work) -> Flops:
    """Of a whole training: `trained` forwards and backwards, `reference` forwards only."""
    matrices, attention = forward_flops(size, trained)
    once = sum(forward_flops(size, reference))
    lora = 6.0 * size.lora * trained.tokens
    return Flops(3 * matrices + 3 * attention + once, 2 * matrices + 3 * attention + lora + once)


def arm_flops(
    size: ModelSize, pairs: Several[Pair], method: str, epochs: int, caches: bool, shared: bool
) -> Flops:
    """What an arm computed: `caches` where its reference is computed once and not in every epoch, `shared` where its
    prompts are."""
    reference = work_of(pairs, method) if method == "dpo" else Work()
    return training_flops(
        size, work_of(pairs, method, shared).times(epochs), reference if caches else reference.times(epochs)
    )
