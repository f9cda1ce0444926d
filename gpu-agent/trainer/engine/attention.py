"""Attention over rows that hold many sequences: each token sees its own sequence only, and no mask is ever stored.

A plan cuts the queries of a row into segments and names the keys each segment sees; a query is aligned with the last
of its keys. A shared prompt costs one more gather of keys: [prompt | chosen | rejected] has the segments
[prompt | chosen] over themselves and [rejected] over [prompt | rejected].
"""

import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch.nn import functional
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface, AttentionMaskInterface

from job.error import JobError

NAME = "palate_segments"


def asks_for_grouped(kernel: Callable[..., Any]) -> bool:
    """Whether fewer key heads must be asked for: torch 2.11 takes them as they are, from 2.12 on it wants the argument."""
    return "enable_gqa" in inspect.signature(kernel).parameters


ASKS_FOR_GROUPED = asks_for_grouped(varlen_attn)


@dataclass
class AttentionPlan:
    """`query_lengths` and `key_lengths` count each segment's tokens; `key_index` (total keys,) gathers the keys from
    the row's tokens, or is None where the segments' keys are the row itself."""

    query_lengths: list[int]
    key_lengths: list[int]
    key_index: torch.Tensor | None
    device: torch.device
    kind: str = "sdpa"

    @cached_property
    def query_bounds(self) -> torch.Tensor:
        return bounds(self.query_lengths, self.device)

    @cached_property
    def key_bounds(self) -> torch.Tensor:
        return bounds(self.key_lengths, self.device)

    @cached_property
    def longest(self) -> tuple[int, int]:
        return max(self.query_lengths), max(self.key_lengths)


def bounds(lengths: list[int], device: torch.device) -> torch.Tensor:
    """(segments + 1,) int32: where each segment begins, and the end of the last."""
    steps = torch.tensor([0, *lengths], dtype=torch.int32).cumsum(0, dtype=torch.int32)
    return steps.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else steps.to(device)


@dataclass(frozen=True)
class LayerRule:
    """What a layer asks beyond causal attention: the scale of its scores, a window of the last so many keys (the
    query's own counted), and a cap that bends scores by cap * tanh(x / cap)."""

    scale: float | None = None
    window: int | None = None
    cap: float | None = None


def visible(queries: int, keys: int, window: int | None, device: torch.device) -> torch.Tensor | None:
    """(queries, keys) which keys a query sees, the last query aligned with the last key; None for plain causal."""
    narrow = window is not None and window < keys
    if queries == keys and not narrow:
        return None
    mask = torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)
    return mask.triu(keys - queries - window + 1) if window is not None and narrow else mask


def capped(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None, rule: LayerRule
) -> torch.Tensor:
    """Attention with capped scores, which no kernel of torch has; the scores of a segment exist as a whole."""
    repeats = q.shape[1] // k.shape[1]
    k, v = (part.repeat_interleave(repeats, dim=1) for part in (k, v))
    scale = q.shape[-1] ** -0.5 if rule.scale is None else rule.scale
    scores = q @ k.transpose(2, 3) * scale
    if rule.cap is not None:
        scores = rule.cap * torch.tanh(scores / rule.cap)
    if mask is None:
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=q.device).tril()
    scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=-1, dtype=torch.float32).to(v.dtype) @ v


def by_segment(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: AttentionPlan, rule: LayerRule
) -> torch.Tensor:
    """One scaled-dot-product call a segment; exact in every precision. (1, heads, tokens, dim) in and out."""
    parts = zip(
        query.split(plan.query_lengths, dim=2),
        key.split(plan.key_lengths, dim=2),
        value.split(plan.key_lengths, dim=2),
    )
    grouped = query.shape[1] != key.shape[1]
    out = []
    for q, k, v in parts:
        mask = visible(q.shape[2], k.shape[2], rule.window, q.device)
        out.append(
            capped(q, k, v, mask, rule)
            if rule.cap is not None
            else functional.scaled_dot_product_attention(
                q, k, v, attn_mask=mask, is_causal=mask is None, scale=rule.scale, enable_gqa=grouped
            )
        )
    return torch.cat(out, dim=2)


def by_kernel(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: AttentionPlan, rule: LayerRule
) -> torch.Tensor:
    """One variable-length kernel for the whole row: torch's own, or the package flash-attn."""
    # Rotary embeddings of float32 weights come in float32 under autocast; the kernels take half precision only.
    narrow = torch.bfloat16 if query.dtype == torch.float32 else query.dtype
    q, k, v = (part[0].transpose(0, 1).to(narrow) for part in (query, key, value))
    most_queries, most_keys = plan.longest
    left = -1 if rule.window is None else rule.window - 1
    if plan.kind == "flash":
        from flash_attn import flash_attn_varlen_func

        out = flash_attn_varlen_func(
            q, k, v, plan.query_bounds, plan.key_bounds, most_queries, most_keys,
            softmax_scale=rule.scale, causal=True, window_size=(left, 0 if left >= 0 else -1),
        )  # fmt: skip
    else:
        grouped: dict[str, Any] = {"enable_gqa": q.shape[1] != k.shape[1]} if ASKS_FOR_GROUPED else {}
        out = varlen_attn(
            q, k, v, plan.query_bounds, plan.key_bounds, most_queries, most_keys,
            scale=rule.scale, window_size=(left, 0), **grouped,
        )  # fmt: skip
    return out.transpose(0, 1)[None].to(value.dtype)


CAUSAL = LayerRule()


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, plan: AttentionPlan, rule: LayerRule = CAUSAL
) -> torch.Tensor:
    """(1, heads, tokens, dim) of queries against the plan's keys; keys and values may have fewer heads."""
    if plan.key_index is not None:
        key, value = (part.index_select(2, plan.key_index) for part in (key, value))
    work = by_segment if plan.kind == "sdpa" else by_kernel
    return work(query, key, value, plan, rule)


def attention_forward(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    attention_plan: AttentionPlan | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    s_aux: torch.Tensor | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls in each layer; the plan travels as an argument of the model's forward."""
    if attention_plan is None:
        raise RuntimeError("packed attention needs attention_plan; use packed_attention() around the forward")
    if dropout:
        raise RuntimeError("packed attention has no dropout of its own; set attention_dropout to 0")
    if s_aux is not None:
        raise JobError(
            "unsupported_model",
            "This model's attention has sinks, which the trainer does not do.",
            "Choose a model of the Llama, Mistral, Qwen, Gemma 2, Cohere or Granite family.",
        )
    out = attend(query, key, value, attention_plan, LayerRule(scaling, sliding_window, softcap))
    return out.transpose(1, 2).contiguous(), None


def no_mask(*_: Any, **__: Any) -> None:
    """The plan says who sees whom; transformers need not build a mask."""
    return None


AttentionInterface.register(NAME, attention_forward)
AttentionMaskInterface.register(NAME, no_mask)


@contextlib.contextmanager
def packed_attention(model: Any) -> Iterator[None]:
    """Let the model's layers take plans; before and after, they attend as they did (samples are generated so)."""
    config = model.config.get_text_config()
    before = config._attn_implementation
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = before
