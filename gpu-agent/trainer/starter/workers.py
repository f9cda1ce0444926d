"""The gradients of one batch from several threads, each with some of its rows on a core of its own.

An operation of a model this small is too short to be shared out among threads. Whole rows are not.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import torch
from transformers import LlamaForCausalLM

from starter.examples import Sequence
from starter.network import make_batch, score_answers

# With more, a worker would be left with too few rows to fill its matrices.
MOST = 4


class Workers:
    """Threads that share a model and keep their gradients apart until they are summed, always in the same order."""

    def __init__(self, model: LlamaForCausalLM, device: torch.device, threads: int, bf16: bool) -> None:
        self.model, self.device, self.bf16 = model, device, bf16
        self.parameters = [weight for weight in model.parameters() if weight.requires_grad]
        self.count = min(threads, MOST) if device.type == "cpu" else 1
        each = max(1, threads // self.count)
        # Here too: threads that share an operation wait for each other, ten times longer where a core is busy.
        torch.set_num_threads(each)
        self.pool = ThreadPoolExecutor(self.count, initializer=torch.set_num_threads, initargs=(each,))

    def accumulate(self, rows: list[Sequence]) -> float:
        """Sets the gradient of the batch's weighted mean loss; returns its plain mean, in nats a token."""
        worth = sum(sum(weights[1:]) for _, weights in rows)
        counted = sum(weight > 0 for _, weights in rows for weight in weights[1:])
        # Rows of a batch are sorted by length now and then: every n-th one makes shares of equal work.
        shares = [share for at in range(self.count) if (share := rows[at :: self.count])]
        results = list(self.pool.map(self._work(worth), shares))
        for index, parameter in enumerate(self.parameters):
            parameter.grad = torch.stack([grads[index] for grads, _ in results]).sum(0)
        return sum(loss for _, loss in results) / max(1, counted)

    def _work(self, worth: float) -> Callable[[list[Sequence]], tuple[tuple[torch.Tensor, ...], float]]:
        def work(rows: list[Sequence]) -> tuple[tuple[torch.Tensor, ...], float]:
            inputs, weights = make_batch(rows, self.device)
            with torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else nullcontext():
                weighted, plain = score_answers(self.model, inputs, weights)
            return torch.autograd.grad(weighted / worth, self.parameters), plain.item()

        return work
