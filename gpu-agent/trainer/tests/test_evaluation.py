"""Evaluation on held-out rows uses the same memory plans as training."""

import io
from pathlib import Path

import pytest
import torch
from parity import LORA, arguments, long_pairs, tiny_llama, tokenizer
from trl import DPOConfig

from engine.counters import EngineOptions
from engine.dpo_trainer import PalateDpoTrainer
from engine.memory_plan import MemoryPlan
from engine.packing import PackedRow
from job.job import JobError


class SmallEvaluation(PalateDpoTrainer):
    """A device on which no evaluated row of more than `room` tokens fits; a CPU reports it in the error's text."""

    room = 10**9

    def score_row(self, row: PackedRow) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.model.training and self.reference and row.tokens > self.room:
            raise RuntimeError(
                "[enforce fail at alloc_cpu.cpp:120] DefaultCPUAllocator: can't allocate memory"
            )
        return super().score_row(row)


def test_out_of_memory_in_an_evaluation_has_the_same_fallback(tmp_path: Path, reported: io.StringIO) -> None:
    def evaluate(room: int) -> tuple[float, SmallEvaluation]:
        torch.manual_seed(9)
        trainer = SmallEvaluation(
            model=tiny_llama(),
            args=DPOConfig(**arguments(tmp_path / str(room), 2, 4), max_length=None, eval_strategy="no",
                           per_device_eval_batch_size=4),
            pairs=long_pairs()[:4],
            eval_pairs=long_pairs()[4:],
            options=EngineOptions(sharing="off"),
            cache=tmp_path / "cache",
            processing_class=tokenizer(),
            peft_config=LORA,
        )  # fmt: skip
        trainer.room = room
        return float(trainer.evaluate()["eval_loss"]), trainer

    free, whole = evaluate(10**9)
    tight, trainer = evaluate(700)
    # Four pairs have some 1,100 tokens: two micro-batches of two pairs do.
    assert (whole.counters.out_of_memory, whole.plan.budget) == (0, 8192)
    assert trainer.counters.out_of_memory == 4
    assert trainer.plan == MemoryPlan(512, False, "fp32")
    assert tight == pytest.approx(free, rel=1e-6)
    with pytest.raises(JobError, match="One example does not fit"):
        evaluate(100)
