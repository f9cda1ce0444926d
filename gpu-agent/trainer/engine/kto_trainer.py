"""TRL's KTO trainer for single thumbs (Ethayarajh 2024, KTO, eq. 7) on the same engine as DPO.

The KL term is estimated as TRL does it: within each step, every prompt with the completion of the row before it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from trl import KTOTrainer

from engine.counters import EngineOptions
from engine.packing import Sequence, doubles, fill_bins, on_device, pack_sequences
from engine.reference import Completion, ReferenceEngine
from engine.step import StepAbandoned, add_up, padding_of


@dataclass(frozen=True)
class Thumb:
    """A prompt, an answer (token ids), and whether a person liked it."""

    prompt: list[int]
    completion: list[int]
    good: bool
    weight: float = 1.0


class PalateKtoTrainer(ReferenceEngine, KTOTrainer):
    """Rows are visited in their order, so that a step's mismatched completions, and with them the reference, are known
    before the first step; shuffle them once, by the seed, before."""

    def __init__(
        self,
        *,
        thumbs: list[Thumb],
        eval_thumbs: list[Thumb] | None = None,
        options: EngineOptions,
        cache: Path,
        base: str | None = None,
        adapter: str | None = None,
        **trl: Any,
    ) -> None:
        held_out = eval_thumbs or []
        self.thumbs = thumbs + held_out
        self.trained = len(thumbs)
        self.mismatched: list[float] = []
        trl["args"].train_sampling_strategy = "sequential"
        self.step_rows = int(trl["args"].per_device_train_batch_size)
        super().__init__(**self.set_up((len(thumbs), len(held_out)), options, cache, base, adapter, trl))

    def compute_reference(self) -> None:
        count = len(self.thumbs)
        both = self.reference_logps(
            [(thumb.prompt, thumb.completion) for thumb in self.thumbs]
            + [self.mismatch(number) for number in range(count)]
        )
        self.reference, self.mismatched = both[:count], both[count:]

    def mismatch(self, number: int) -> Completion:
        """The row's prompt with the completion of the row before it in its step, the first with the last's."""
        first = 0 if number < self.trained else self.trained
        last = self.trained if number < self.trained else len(self.thumbs)
        begin = first + (number - first) // self.step_rows * self.step_rows
        end = min(begin + self.step_rows, last)
        other = number - 1 if number > begin else end - 1
        return self.thumbs[number].prompt, self.thumbs[other].completion

    def open_step(self, rows: list[int], figures: dict[str, float]) -> None:
        """The KL estimate of the step, without a gradient; of several processes each makes the whole."""
        items = [self.mismatch(row) for row in rows]
        total = 0.0
        for part in fill_bins([len(prompt) + len(answer) for prompt, answer in items], self.plan.budget):
            if self.options.stopped() and self.model.training:
                raise StepAbandoned
            sums = self.sum_logps([items[index] for index in part], reference=False).tolist()
            total += sum(value - self.mismatched[rows[index]] for index, value in zip(part, sums))
        self.kl = max(0.0, total / len(rows))

    def cut(self, rows: list[int]) -> list[list[int]]:
        sizes = [len(self.thumbs[row].prompt) + len(self.thumbs[row].completion) for row in rows]
        return [[rows[index] for index in part] for part in fill_bins(sizes, self.plan.budget)]

    def padding(self, rows: list[int]) -> int:
        return padding_of([len(self.thumbs[row].prompt) + len(self.thumbs[row].completion) for row in rows])

    def micro_loss(self, part: list[int], rows: list[int], figures: dict[str, Any]) -> torch.Tensor:
        thumbs = [self.thumbs[number] for number in part]
        sequences = [
            Sequence(t.prompt + t.completion, [False] * len(t.prompt) + [True] * len(t.completion))
            for t in thumbs
        ]
        row = pack_sequences(sequences, self.device, self.counters.attention)
        tokens, _ = self.score_row(row)
        sums = torch.zeros(len(part), dtype=torch.float64, device=self.device)
        sums = sums.index_add(0, row.owner, tokens.double())
        known = [self.reference[number] for number in part]
        ratios = sums - doubles(known, self.device)
        good = on_device([int(thumb.good) for thumb in thumbs], self.device).bool()
        sign = torch.where(good, 1.0, -1.0)
        sides = torch.where(good, self.desirable_weight, self.undesirable_weight)
        weights = sides * doubles([thumb.weight for thumb in thumbs], self.device)
        losses = weights * (1 - torch.sigmoid(self.beta * sign * (ratios - self.kl)))
        rewards = self.beta * ratios.detach()
        liked = good.float()
        summed = {
            "chosen": (rewards * liked).sum(),
            "rejected": (rewards * (1 - liked)).sum(),
            "logps_chosen": (sums.detach() * liked).sum(),
            "logps_rejected": (sums.detach() * (1 - liked)).sum(),
            "good": liked.sum(),
        }
        counts = {
            "useful_tokens": row.tokens,
            "computed_tokens": row.tokens,
            "scored_tokens": len(row.labels),
        }
        add_up(figures, {**summed, **counts})
        return (losses.sum() / len(rows)).float()

    def finish_figures(self, rows: list[int], figures: dict[str, float]) -> dict[str, float]:
        """The names that TRL logs; a side without a row in the step has no figure."""
        good = figures["good"]
        bad = len(rows) - good
        values = {"kl": self.kl}
        for side, count in (("chosen", good), ("rejected", bad)):
            if count:
                values[f"rewards/{side}"] = figures[side] / count
                values[f"logps/{side}"] = figures[f"logps_{side}"] / count
        if good and bad:
            values["rewards/margins"] = values["rewards/chosen"] - values["rewards/rejected"]
        return values
