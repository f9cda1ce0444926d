"""Preference training on single thumbs: LoRA KTO on the engine of engine/kto_trainer.py."""

import sys
import time
from typing import Any

from trl import KTOConfig as TrlKtoConfig

from data.preflight import run_preflight
from data.rows import hold_out, read_rows
from data.thumbs import choose_thumbs, encode_thumbs, mark_thumbs
from engine.kto_trainer import PalateKtoTrainer
from job.job import Job, KtoConfig
from model.tokenizer import load_tokenizer
from process.device import seed_all, set_threads
from process.stop import StopFlag
from run.arguments import preference_arguments, training_arguments
from run.finish import train_and_finish
from run.lifecycle import run_job
from run.reporter import Reporter


def trl_config(job: Job, config: KtoConfig) -> Any:
    return TrlKtoConfig(
        **training_arguments(job, config),
        beta=config.beta,
        desirable_weight=config.desirable_weight,
        undesirable_weight=config.undesirable_weight,
    )


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its results."""
    config = job.config
    assert isinstance(config, KtoConfig)
    began = time.monotonic()
    set_threads(config.threads)
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])

    rows = read_rows(job.inputs["thumbs"], ("answer", "thumb"), config.max_rows)
    encoded = encode_thumbs(rows, tokenizer)
    marked = mark_thumbs(encoded, config.max_length)
    run_preflight(marked, tokenizer, config.max_length, config.override_preflight)
    thumbs = choose_thumbs(encoded, config.max_length, job.seed)
    trained, held_out = hold_out(thumbs, config.eval_share, job.seed, lambda thumb: tuple(thumb.prompt))

    reporter = Reporter(job, config, tokenizer, stop)
    trainer = PalateKtoTrainer(
        args=trl_config(job, config),
        thumbs=trained,
        eval_thumbs=held_out,
        **preference_arguments(job, config, stop, tokenizer, reporter),
    )
    results = train_and_finish(job, trainer, tokenizer, reporter, trainer.reference_kind)
    return {**results, "answers": float(len(trained)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("kto", train))
