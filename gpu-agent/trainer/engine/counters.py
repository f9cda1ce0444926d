"""The options of the engine, and what it counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class EngineOptions:
    """`budget` is tokens a micro-batch, 0 for as many as fit; `checkpointing` and `sharing` are auto, on or off;
    `precision_open` allows NF4 where memory runs out; `state` is what an earlier attempt had settled."""

    precision: str = "fp32"
    precision_open: bool = False
    budget: int = 0
    checkpointing: str = "auto"
    sharing: str = "auto"
    state: dict[str, Any] = field(default_factory=dict)
    stopped: Callable[[], bool] = lambda: False
    agree: Callable[[], None] = lambda: None


@dataclass
class EngineCounters:
    """What a run's summary needs. Tokens are counted once a step they are trained in."""

    attention: str = "sdpa"
    precision: str = "fp32"
    memory_plan: str = ""
    gradient_checkpointing: bool = False
    prefix_sharing: bool = False
    steps: int = 0
    useful_tokens: int = 0
    computed_tokens: int = 0
    padding_avoided: int = 0
    scored_tokens: int = 0
    micro_batches: int = 0
    ref_hits: int = 0
    ref_misses: int = 0
    ref_seconds: float = 0.0
    out_of_memory: int = 0
    peak_memory_bytes: int = 0
    seconds: float = 0.0
