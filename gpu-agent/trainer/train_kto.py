"""Preference training on single thumbs: LoRA KTO on the engine of kto_trainer.py."""

import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from transformers import PreTrainedTokenizerFast
from trl import KTOConfig as TrlKtoConfig

from data.preflight import MarkedRow, mark, prove
from engine.kto_trainer import PalateKtoTrainer, Thumb
from engine.step import StepAbandoned
from job.job import Job, JobError, KtoConfig
from model.template import encode_chat, encode_reply
from model.tokenizer import chat, load_tokenizer
from process import events
from process.device import seed_all, set_threads
from run.lifecycle import Canceled, StopFlag, run_job
from run.lora import (
    hold_out,
    preference_arguments,
    read_rows,
    train_and_finish,
    training_arguments,
    weight_of,
)
from run.reporter import Reporter


def encode_thumbs(rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast) -> list[Thumb]:
    """Every row, whatever its length, from {"system", "user", "answer", "thumb": "up" or "down"}."""
    thumbs = []
    for number, row in enumerate(rows, start=1):
        if row["thumb"] not in ("up", "down"):
            raise JobError("bad_data", f"Line {number} has the thumb {row['thumb']!r}.", "Use up or down.")
        prompt = encode_chat(tokenizer, chat(row["system"], row["user"]))
        answer = encode_reply(tokenizer, row["answer"])
        thumbs.append(Thumb(prompt, answer, row["thumb"] == "up", weight_of(row)))
    return thumbs


def mark_thumbs(thumbs: list[Thumb], max_length: int) -> Iterator[MarkedRow]:
    for number, thumb in enumerate(thumbs, start=1):
        marks = mark(thumb.prompt, thumb.completion, max_length, drop=True)
        yield MarkedRow(number, "answer", thumb.prompt + thumb.completion, marks)


def choose_thumbs(thumbs: list[Thumb], config: KtoConfig, seed: int) -> list[Thumb]:
    """The rows that fit and count, shuffled once: KTO visits them in their order."""
    chosen = [
        thumb
        for thumb in thumbs
        if thumb.weight > 0 and len(thumb.prompt) + len(thumb.completion) <= config.max_length
    ]
    if len(chosen) < 2:
        raise JobError(
            "bad_data", f"Fewer than two answers fit into {config.max_length} tokens.", "Raise maxLength."
        )
    if len(chosen) < len(thumbs):
        events.log("warn", f"{len(thumbs) - len(chosen)} of {len(thumbs)} answers are left out.")
    random.Random(seed).shuffle(chosen)
    return chosen


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its last figures."""
    config = job.config
    assert isinstance(config, KtoConfig)
    began = time.monotonic()
    set_threads(config.threads)
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])
    rows = read_rows(job.inputs["thumbs"], ("system", "user", "answer", "thumb"), config.max_rows)
    encoded = encode_thumbs(rows, tokenizer)
    prove(mark_thumbs(encoded, config.max_length), tokenizer, config.max_length, config.override_preflight)
    thumbs = choose_thumbs(encoded, config, job.seed)
    trained, held_out = hold_out(thumbs, config.eval_share, job.seed, lambda thumb: tuple(thumb.prompt))
    reporter = Reporter(job, config, tokenizer, stop)
    try:
        trainer = PalateKtoTrainer(
            args=TrlKtoConfig(
                **training_arguments(job, config),
                beta=config.beta,
                desirable_weight=config.desirable_weight,
                undesirable_weight=config.undesirable_weight,
            ),
            thumbs=trained,
            eval_thumbs=held_out,
            **preference_arguments(job, config, stop, tokenizer, reporter),
        )
    except StepAbandoned:
        raise Canceled({"steps": 0.0}) from None
    results = train_and_finish(job, trainer, tokenizer, reporter, trainer.reference_kind)
    return {**results, "answers": float(len(trained)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("kto", train))
