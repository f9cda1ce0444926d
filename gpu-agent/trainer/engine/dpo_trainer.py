"""TRL's DPO trainer that does no work twice: cached reference log-probs, no padding, logits only where they count.

Its loss, gradients and curve equal the stock trainer's in float32 (tests/test_parity.py).
"""

import time
from pathlib import Path
from typing import Any

import torch
from trl import DPOTrainer

from engine.counters import EngineOptions
from engine.losses import PairScores, step_loss
from engine.packing import Pair, doubles, fill_bins, on_device, pack_pairs, pair_tokens
from engine.reference import ReferenceEngine
from engine.step import add_up, is_out_of_memory, padding_of, random_state
from process import ranks

MIN_SAVING = 0.05
CALIBRATION_TOKENS = {"cpu": 1024, "cuda": 16384}


class PalateDpoTrainer(ReferenceEngine, DPOTrainer):
    """`pairs` are trained on, `eval_pairs` held out. `base` fingerprints the base weights, `adapter` the reference
    adapter; both are worked out from the tensors where they are None."""

    def __init__(
        self,
        *,
        pairs: list[Pair],
        eval_pairs: list[Pair] | None = None,
        options: EngineOptions,
        cache: Path,
        base: str | None = None,
        adapter: str | None = None,
        **trl: Any,
    ) -> None:
        held_out = eval_pairs or []
        self.pairs = pairs + held_out
        super().__init__(**self.set_up((len(pairs), len(held_out)), options, cache, base, adapter, trl))

    def compute_reference(self) -> None:
        items = [(pair.prompt, answer) for pair in self.pairs for answer in pair.sides()]
        self.reference = self.reference_logps(items)

    def cut(self, rows: list[int]) -> list[list[int]]:
        share = bool(self.sharing)
        bins = fill_bins([pair_tokens(self.pairs[row], share) for row in rows], self.plan.budget)
        return [[rows[index] for index in part] for part in bins]

    def micro_loss(self, part: list[int], rows: list[int], figures: dict[str, Any]) -> torch.Tensor:
        pairs = [self.pairs[number] for number in part]
        row = pack_pairs(pairs, self.device, self.counters.attention, bool(self.sharing))
        tokens, hits = self.score_row(row)
        # In double precision: a long answer's log-probability is a large number, and the loss lives on differences.
        sums = torch.zeros(row.sequences, dtype=torch.float64, device=self.device)
        sums = sums.index_add(0, row.owner, tokens.double())
        known = [self.reference[2 * number : 2 * number + 2] for number in part]
        reference = doubles(known, self.device)
        lengths = on_device([[len(p.chosen), len(p.rejected)] for p in pairs], self.device)
        scores = PairScores(
            sums[0::2], sums[1::2], reference[:, 0], reference[:, 1], lengths[:, 0], lengths[:, 1]
        )
        self.note(pairs, row.tokens, scores, hits & (row.owner % 2 == 0), figures)
        loss = step_loss(
            self.loss_types,
            self.loss_weights,
            scores,
            doubles([pair.weight for pair in pairs], self.device),
            self.beta,
            self.label_smoothing,
            len(rows),
            sum(len(self.pairs[number].chosen) for number in rows),
        )
        return loss.float()

    def note(
        self,
        pairs: list[Pair],
        computed: int,
        scores: PairScores,
        hits: torch.Tensor,
        figures: dict[str, Any],
    ) -> None:
        """Sums over the step's pairs, left on the device until the step ends."""
        chosen, rejected = (
            self.beta * ratio.detach() for ratio in (scores.chosen_ratio, scores.rejected_ratio)
        )
        summed = {
            "chosen": chosen.sum(),
            "rejected": rejected.sum(),
            "right": (chosen > rejected).sum(),
            "logps_chosen": scores.chosen.detach().sum(),
            "logps_rejected": scores.rejected.detach().sum(),
            "hits": hits.sum(),
        }
        lengths = [len(p.prompt) + len(answer) for p in pairs for answer in p.sides()]
        more = {
            "useful_tokens": sum(lengths),
            "computed_tokens": computed,
            "scored_tokens": sum(len(answer) for p in pairs for answer in p.sides()),
            "chosen_tokens": sum(len(p.chosen) for p in pairs),
        }
        add_up(figures, {**summed, **more})

    def finish_figures(self, rows: list[int], figures: dict[str, float]) -> dict[str, float]:
        """The names that TRL logs."""
        count = len(rows)
        means = {
            name: figures[name] / count
            for name in ("chosen", "rejected", "right", "logps_chosen", "logps_rejected")
        }
        return {
            "rewards/chosen": means["chosen"],
            "rewards/rejected": means["rejected"],
            "rewards/accuracies": means["right"],
            "rewards/margins": means["chosen"] - means["rejected"],
            "logps/chosen": means["logps_chosen"],
            "logps/rejected": means["logps_rejected"],
            "mean_token_accuracy": figures["hits"] / max(1, figures["chosen_tokens"]),
        }

    def settle(self, rows: list[int]) -> None:
        """Whether sharing prompts pays: both ways are timed on a few pairs, forwards and backwards."""
        if self.sharing is not None:
            return
        pairs = [self.pairs[row] for row in rows]
        apart, shared = (sum(pair_tokens(pair, share) for pair in pairs) for share in (False, True))
        self.sharing = False
        if 1 - shared / apart >= MIN_SAVING:
            before = random_state(self.device)
            some = self.few(rows)
            seconds = {share: self.time_once(some, share) for share in (False, True, False, True)}
            self.sharing = ranks.first_of(seconds[True] < 0.97 * seconds[False])
            self.undo(before)
        self.counters.prefix_sharing = self.sharing

    def few(self, rows: list[int]) -> list[int]:
        """The first rows of a step, up to a number of tokens that is enough to measure speed."""
        some: list[int] = []
        tokens = 0
        for row in rows:
            tokens += pair_tokens(self.pairs[row], False)
            if some and tokens > min(CALIBRATION_TOKENS[self.device.type], self.plan.budget):
                break
            some.append(row)
        return some

    def time_once(self, part: list[int], share: bool) -> float:
        """Seconds of one micro-batch, both ways; infinite where it does not fit."""
        self.sharing = share
        # Processor time on a CPU: other work on the machine is no part of the choice.
        clock = time.process_time if self.device.type == "cpu" else time.perf_counter
        began = clock()
        try:
            with self.forward_context():
                loss = self.micro_loss(part, part, {})
                self.accelerator.backward(loss)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return float("inf")
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return clock() - began

    def padding(self, rows: list[int]) -> int:
        return padding_of(
            [len(self.pairs[row].prompt) + len(answer) for row in rows for answer in self.pairs[row].sides()]
        )
