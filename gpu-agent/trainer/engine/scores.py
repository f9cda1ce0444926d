"""Log-probabilities of tokens from hidden states, a piece of the vocabulary projection at a time.

The full (tokens, vocabulary) matrix never exists. With a frozen head the gradient of a token's log-probability by its
hidden state, W^T (onehot - softmax), does not depend on the loss: it is computed in the forward pass and scaled in the
backward pass, so the projection is never computed twice.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from job.error import JobError

CHUNK_BYTES = {"cpu": 16 << 20, "cuda": 256 << 20}


# What models do to the logits of their head, by the name of the setting; the trainer does the same.
SCALED = {"cohere": "logit_scale", "cohere2": "logit_scale", "granite": "logits_scaling"}
CAPPED = ("gemma2", "gemma3_text")
SETTINGS = ("logit_scale", "logits_scaling", "final_logit_softcapping")


@dataclass(frozen=True)
class LogitRule:
    """A model's logits are its head's, times `scale`, bent by cap * tanh(x / cap) where there is a cap (Gemma 2)."""

    scale: float = 1.0
    cap: float | None = None

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        if self.scale != 1.0:
            logits = logits * self.scale
        return logits if self.cap is None else self.cap * torch.tanh(logits / self.cap)


PLAIN = LogitRule()


def logit_rule(config: Any) -> LogitRule:
    """What a model does to its logits; raises `JobError` for a model that does what is not known here."""
    kind = str(config.model_type)
    known = {SCALED.get(kind), "final_logit_softcapping" if kind in CAPPED else None}
    for name in SETTINGS:
        if name not in known and getattr(config, name, None) not in (None, 1, 1.0):
            raise JobError(
                "unsupported_model",
                f"This model ({kind}) changes its logits by {name}, which the trainer does not do.",
                "Choose a model of the Llama, Mistral, Qwen, Gemma 2, Cohere or Granite family.",
            )
    scale = float(getattr(config, SCALED[kind])) if kind in SCALED else 1.0
    cap = getattr(config, "final_logit_softcapping", None) if kind in CAPPED else None
    return LogitRule(1 / scale if kind == "granite" else scale, cap)


def chunk_tokens(vocabulary: int, device: torch.device) -> int:
    """Tokens whose float32 logits fit into a chunk; a small chunk stays in a CPU's cache."""
    return max(16, CHUNK_BYTES.get(device.type, 64 << 20) // (4 * vocabulary))


class FrozenHeadScores(torch.autograd.Function):
    """log p(label | hidden) for (tokens, hidden) states and a frozen (vocabulary, hidden) weight."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: torch.Tensor,
        weight: torch.Tensor,
        labels: torch.Tensor,
        size: int,
        rule: LogitRule,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        needed = ctx.needs_input_grad[0]
        slopes = torch.empty_like(hidden) if needed else None
        scores = torch.empty(len(labels), dtype=torch.float32, device=hidden.device)
        hits = torch.empty(len(labels), dtype=torch.bool, device=hidden.device)
        for at in range(0, len(labels), size):
            piece = slice(at, at + size)
            target = labels[piece, None]
            logits = rule.apply(functional.linear(hidden[piece].to(weight.dtype), weight).float())
            # d (cap * tanh(x / cap)) / dx = 1 - tanh(x / cap)^2
            bend = None if rule.cap is None or slopes is None else 1 - (logits / rule.cap) ** 2
            best, top = logits.max(dim=-1, keepdim=True)
            hits[piece] = (top == target)[:, 0]
            wanted = logits.gather(1, target)
            logits -= best
            logits.exp_()
            total = logits.sum(dim=-1, keepdim=True)
            scores[piece] = (wanted - best - total.log())[:, 0]
            if slopes is not None:
                logits /= -total
                logits.scatter_add_(1, target, torch.ones_like(wanted))
                if bend is not None:
                    logits *= bend
                if rule.scale != 1.0:
                    logits *= rule.scale
                slopes[piece] = (logits.to(weight.dtype) @ weight).to(slopes.dtype)
        ctx.save_for_backward(slopes)
        ctx.mark_non_differentiable(hits)
        return scores, hits

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, None, None, None, None]:
        (slopes,) = ctx.saved_tensors
        return slopes * gradients[0][:, None].to(slopes.dtype), None, None, None, None


def _score_piece(
    head: nn.Module, hidden: torch.Tensor, labels: torch.Tensor, rule: LogitRule
) -> tuple[torch.Tensor, torch.Tensor]:
    logits = rule.apply(head(hidden).float())
    wanted = logits.gather(1, labels[:, None])[:, 0]
    return wanted - logits.logsumexp(dim=-1), logits.argmax(dim=-1) == labels


def token_scores(
    head: nn.Module, hidden: torch.Tensor, labels: torch.Tensor, rule: LogitRule = PLAIN
) -> tuple[torch.Tensor, torch.Tensor]:
    """(tokens,) float32 log-probabilities of the labels, and whether each was the likeliest token.

    `head` maps (tokens, hidden) to (tokens, vocabulary); `hidden` holds the states that predict the labels.
    """
    weight = getattr(head, "weight", None)
    size = chunk_tokens(head_size(head), hidden.device)
    plain = type(head) is nn.Linear and head.bias is None
    if plain and isinstance(weight, torch.Tensor) and not weight.requires_grad:
        scores, hits = FrozenHeadScores.apply(hidden, weight, labels, size, rule)
        return scores, hits
    keep = len(labels) <= size or not torch.is_grad_enabled()
    pieces = [
        _score_piece(head, hidden[at : at + size], labels[at : at + size], rule)
        if keep
        else checkpoint(
            _score_piece, head, hidden[at : at + size], labels[at : at + size], rule, use_reentrant=False
        )
        for at in range(0, len(labels), size)
    ]
    return torch.cat([piece[0] for piece in pieces]), torch.cat([piece[1] for piece in pieces])


def head_size(head: nn.Module) -> int:
    """How many tokens the head scores."""
    size = getattr(head, "out_features", None)
    if not isinstance(size, int):
        raise TypeError(f"{type(head).__name__} is no linear output head.")
    return size
