"""Muon: momentum whose matrix updates are made orthogonal, in fp32 so that CPUs without bf16 are not slowed.

K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024); the update's scale follows
J. Liu et al., "Muon is Scalable for LLM Training" (2025), so that AdamW's learning rates carry over.
PyTorch's own Muon iterates in bf16, which such CPUs emulate.
"""

from collections.abc import Iterable
from typing import Any

import torch

# Coefficients of the quintic Newton-Schulz iteration, from the first reference.
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonalize(gradient: torch.Tensor, rounds: int = 5) -> torch.Tensor:
    """Push the singular values of an (m, n) matrix towards 1."""
    tall = gradient.shape[0] > gradient.shape[1]
    x = gradient.T if tall else gradient
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        gram = x @ x.T
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """For the matrices inside the layers; embeddings and norms belong to AdamW."""

    def __init__(
        self, params: Iterable[torch.Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.1
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight)
                buffer = state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonalize(weight.grad.lerp(buffer, group["momentum"]))
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update, alpha=-group["lr"] * 0.2 * max(weight.shape) ** 0.5)
