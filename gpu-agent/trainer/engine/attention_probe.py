"""Which attention kernel a run uses, and why not a faster one.

A kernel is taken only where it agrees with attention in float32, forwards and backwards, up to the error that its own
precision explains. Errors are relative to the norm of the whole tensor: single elements near zero, or of a large value
with a coarse rounding, say nothing about a kernel.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import torch

from engine.attention import CAUSAL, AttentionPlan, LayerRule, attend

Attend = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, AttentionPlan, LayerRule], torch.Tensor]
TENSORS = ("the output", "the gradient of q", "the gradient of k", "the gradient of v")
RULES = (CAUSAL, LayerRule(window=6))
# Scores, probabilities and outputs are rounded one after another, gradients twice as often: some roundings of eps / 2
# each. A wrong mask, window or alignment is off by a tenth and more.
ROUNDINGS = 8
FAILURES = (RuntimeError, ImportError, TypeError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class AttentionChoice:
    """`kind` is flash, varlen or sdpa; `reason` says why a slower one than the device could have, None where there is
    no faster one."""

    kind: str
    reason: str | None = None


def explained_error(dtype: torch.dtype) -> float:
    """The largest relative error (of the norm) that a precision explains."""
    return ROUNDINGS * torch.finfo(dtype).eps / 2


def relative_error(result: torch.Tensor, reference: torch.Tensor) -> float:
    """Norm of the difference over the norm of the reference, in float32; infinite where the result is not finite."""
    wide = reference.float()
    error = ((result.float() - wide).norm() / wide.norm()).item()
    return error if error == error else float("inf")


def run_once(
    work: Attend, parts: list[torch.Tensor], plan: AttentionPlan, rule: LayerRule
) -> list[torch.Tensor]:
    """The output and the gradients of q, k and v, of the sum of squares."""
    leaves = [part.clone().requires_grad_() for part in parts]
    out = work(leaves[0], leaves[1], leaves[2], plan, rule)
    out.float().square().sum().backward()
    return [out.detach(), *(leaf.grad for leaf in leaves if leaf.grad is not None)]


def why_refused(
    kind: str, device: torch.device, dtype: torch.dtype, head_dim: int, work: Attend = attend
) -> str | None:
    """Why a kernel may not be used here: what it raised, or by how much it is wrong. None where it may."""
    generator = torch.Generator(device).manual_seed(0)
    shapes = ((1, 4, 24, head_dim), (1, 2, 24, head_dim), (1, 2, 24, head_dim))
    parts = [torch.randn(shape, generator=generator, device=device).to(dtype) for shape in shapes]
    # Ragged segments, the second one over the keys [prompt | rejected] of a shared prompt.
    index = torch.tensor([*range(9), *range(4), *range(9, 24)], device=device)
    allowed = explained_error(dtype)
    for rule in RULES:
        plans = [AttentionPlan([9, 5, 10], [9, 9, 10], index, device, name) for name in (kind, "sdpa")]
        expected = run_once(attend, [part.float() for part in parts], plans[1], rule)
        try:
            found = run_once(work, parts, plans[0], rule)
        except FAILURES as error:
            return f"it failed here: {type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
        for name, got, want in zip(TENSORS, found, expected):
            wrong = relative_error(got, want)
            if wrong > allowed:
                window = f" with a window of {rule.window}" if rule.window else ""
                return (
                    f"{name}{window} is {wrong:.1%} off; {str(dtype).removeprefix('torch.')} explains "
                    f"{allowed:.1%}"
                )
    return None


def choose_attention(
    device: torch.device, dtype: torch.dtype, head_dim: int, is_capped: bool = False
) -> AttentionChoice:
    """flash-attn where it is installed, else torch's variable-length kernel, else one call for each segment."""
    if device.type != "cuda":
        return AttentionChoice("sdpa")
    if dtype == torch.float32:
        return AttentionChoice(
            "sdpa", "the kernels compute in half precision, and this run trains in float32"
        )
    if is_capped:
        return AttentionChoice("sdpa", "this model caps its attention scores, which no kernel does")
    refused: list[str] = []
    for kind in ("flash", "varlen"):
        if kind == "flash" and not importlib.util.find_spec("flash_attn"):
            continue
        why = why_refused(kind, device, dtype, head_dim)
        if why is None:
            return AttentionChoice(kind, f"not flash: {refused[0]}" if refused else None)
        refused.append(why)
    return AttentionChoice("sdpa", f"torch's variable-length kernel was refused: {refused[-1]}")
