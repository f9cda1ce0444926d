"""Supervised fine-tuning on conversations, prompts with completions, or plain text, on the engine of sft_trainer.py."""

import sys
import time
from typing import Any

from trl import SFTConfig as TrlSftConfig

from data.encode import EncodedRow, encode_rows, mark_rows
from data.preflight import prove
from data.recipes import read_recipes
from engine.packing import Sequence
from engine.sft_trainer import PalateSftTrainer
from job.job import Job, JobError, SftConfig
from model.tokenizer import load_tokenizer
from process import events
from process.device import choose_device, seed_all, set_threads
from run.lifecycle import StopFlag, run_job
from run.lora import (
    engine_options,
    hold_out,
    load_base,
    load_trainable,
    read_rows,
    settle_precision,
    train_and_finish,
    training_arguments,
)
from run.reporter import Reporter


def choose_rows(config: SftConfig, encoded: list[EncodedRow]) -> list[Sequence]:
    """The examples that fit; says how many do not, and raises `JobError` where none does."""
    rows = [item.sequence for item in encoded if item.fits and any(item.sequence.learned)]
    if not rows:
        raise JobError("bad_data", f"No example fits into {config.max_length} tokens.", "Raise maxLength.")
    if len(rows) < len(encoded):
        events.log("warn", f"{len(encoded) - len(rows)} of {len(encoded)} examples are left out.")
    return rows


def load_model_for(job: Job, config: SftConfig) -> tuple[Any, Any]:
    """The model to train and the LoRA to put on it; with full weights the model alone, in float32."""
    if not config.full_weights:
        return load_trainable(job, config)
    if "adapter" in job.inputs:
        raise JobError(
            "bad_job",
            "Full weights cannot be trained under an adapter.",
            "Merge the adapter first, or use LoRA.",
        )
    device = choose_device()
    return load_base(job.inputs["model"], settle_precision(config, device), device, frozen=False), None


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its last figures."""
    config = job.config
    assert isinstance(config, SftConfig)
    began = time.monotonic()
    set_threads(config.threads)
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])
    source = job.inputs["examples"]
    recipes = source.suffix == ".parquet"
    rows = read_recipes(source, config.max_rows) if recipes else read_rows(source, (), config.max_rows)
    encoded = encode_rows(rows, tokenizer, config)
    template = f"plain text, after {config.response_template!r}" if config.response_template else None
    prove(mark_rows(encoded), tokenizer, config.max_length, config.override_preflight, template)
    fitting = choose_rows(config, encoded)
    trained, held_out = hold_out(fitting, config.eval_share, job.seed, lambda row: tuple(row.ids))
    model, lora = load_model_for(job, config)
    reporter = Reporter(job, config, tokenizer, stop)
    trainer = PalateSftTrainer(
        model=model,
        args=TrlSftConfig(**training_arguments(job, config)),
        examples=trained,
        eval_examples=held_out,
        options=engine_options(job, config, stop),
        processing_class=tokenizer,
        peft_config=lora,
        callbacks=[reporter],
    )
    results = train_and_finish(job, trainer, tokenizer, reporter, None)
    return {**results, "examples": float(len(trained)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("sft", train))
