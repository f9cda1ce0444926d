"""Preference training on labeled pairs: LoRA DPO on the engine of engine/dpo_trainer.py."""

import sys
import time
from typing import Any

from trl import DPOConfig as TrlDpoConfig

from data.pairs import choose_pairs, encode_pairs, mark_pairs
from data.preflight import run_preflight
from data.rows import hold_out, read_rows
from engine.dpo_trainer import PalateDpoTrainer
from job.job import DpoConfig, Job
from model.tokenizer import load_tokenizer
from process.device import seed_all, set_threads
from process.stop import StopFlag
from run.arguments import preference_arguments, training_arguments
from run.finish import train_and_finish
from run.lifecycle import run_job
from run.reporter import Reporter


def trl_config(job: Job, config: DpoConfig) -> Any:
    return TrlDpoConfig(
        **training_arguments(job, config),
        beta=config.beta,
        loss_type=list(config.loss_types),
        loss_weights=config.loss_weights or [1.0] * len(config.loss_types),
        label_smoothing=config.label_smoothing,
    )


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its results."""
    config = job.config
    assert isinstance(config, DpoConfig)
    began = time.monotonic()
    set_threads(config.threads)
    # Before the model, so that a resumed run starts from the same LoRA and the same order of pairs.
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])

    rows = read_rows(job.inputs["pairs"], ("chosen", "rejected"), config.max_rows)
    encoded = encode_pairs(rows, tokenizer, config.max_length)
    marked = mark_pairs(encoded, config.max_length)
    run_preflight(marked, tokenizer, config.max_length, config.override_preflight)
    pairs = choose_pairs(encoded, config.max_length)
    trained, held_out = hold_out(pairs, config.eval_share, job.seed, lambda pair: tuple(pair.prompt))

    reporter = Reporter(job, config, tokenizer, stop)
    trainer = PalateDpoTrainer(
        args=trl_config(job, config),
        pairs=trained,
        eval_pairs=held_out,
        **preference_arguments(job, config, stop, tokenizer, reporter),
    )
    results = train_and_finish(job, trainer, tokenizer, reporter, trainer.reference_kind)
    return {**results, "pairs": float(len(trained)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("dpo", train))
