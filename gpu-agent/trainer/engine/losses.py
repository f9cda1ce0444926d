"""Losses of preference pairs, as TRL computes them (trl/trainer/dpo_trainer.py, DPOTrainer._compute_loss)."""

from dataclasses import dataclass

import torch
from torch.nn import functional

PAIR_LOSSES = ("sigmoid", "ipo", "hinge", "robust", "sft")


@dataclass(frozen=True)
class PairScores:
    """Of each pair, (pairs,): summed log-probabilities under the policy and the reference, and answer lengths."""

    chosen: torch.Tensor
    rejected: torch.Tensor
    ref_chosen: torch.Tensor
    ref_rejected: torch.Tensor
    chosen_tokens: torch.Tensor
    rejected_tokens: torch.Tensor

    @property
    def chosen_ratio(self) -> torch.Tensor:
        return self.chosen - self.ref_chosen

    @property
    def rejected_ratio(self) -> torch.Tensor:
        return self.rejected - self.ref_rejected


def pair_loss(kind: str, scores: PairScores, beta: float, label_smoothing: float) -> torch.Tensor:
    """(pairs,) losses.

    sigmoid: DPO (Rafailov 2023, eq. 7). hinge: SLiC on log-ratios. ipo: Azar 2023, eq. 17, per token. robust: DPO
    under label noise of a known rate (Chowdhury 2024, eq. 12).
    """
    delta = scores.chosen_ratio - scores.rejected_ratio
    if kind == "sigmoid":
        return -functional.logsigmoid(beta * delta)
    if kind == "hinge":
        return torch.relu(1 - beta * delta)
    if kind == "robust":
        kept = -(1 - label_smoothing) * functional.logsigmoid(beta * delta)
        flipped = -label_smoothing * functional.logsigmoid(-beta * delta)
        return (kept - flipped) / (1 - 2 * label_smoothing)
    if kind == "ipo":
        gap = scores.chosen_ratio / scores.chosen_tokens - scores.rejected_ratio / scores.rejected_tokens
        return (gap - 1 / (2 * beta)) ** 2
    raise ValueError(f"{kind} is not a loss of pairs.")


def step_loss(
    kinds: list[str],
    kind_weights: list[float],
    scores: PairScores,
    pair_weights: torch.Tensor,
    beta: float,
    label_smoothing: float,
    step_pairs: int,
    step_chosen_tokens: int,
) -> torch.Tensor:
    """A micro-batch's share of the step's loss: summed over the step's micro-batches it is the mean over its pairs.

    `sft` is the mean over the step's chosen tokens, as TRL has it, each with its pair's weight.
    """
    total = scores.chosen.new_zeros(())
    for kind, weight in zip(kinds, kind_weights):
        if kind == "sft":
            share = -(scores.chosen * pair_weights).sum() / step_chosen_tokens
        else:
            share = (pair_loss(kind, scores, beta, label_smoothing) * pair_weights).sum() / step_pairs
        total = total + weight * share
    return total
