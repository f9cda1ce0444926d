"""Supervised fine-tuning on conversations, prompts with completions, or plain text, on engine/sft_trainer.py."""

import sys
import time

from trl import SFTConfig as TrlSftConfig

from data.examples import choose_rows, encode_rows, mark_rows, name_answer_template, read_examples
from data.preflight import run_preflight
from data.rows import hold_out
from engine.sft_trainer import PalateSftTrainer
from job.job import Job, SftConfig
from model.tokenizer import load_tokenizer
from process.device import seed_all, set_threads
from process.stop import StopFlag
from run.arguments import trainer_arguments, training_arguments
from run.finish import train_and_finish
from run.lifecycle import run_job
from run.reporter import Reporter


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its results."""
    config = job.config
    assert isinstance(config, SftConfig)
    began = time.monotonic()
    set_threads(config.threads)
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])

    encoded = encode_rows(read_examples(job.inputs["examples"], config.max_rows), tokenizer, config)
    template = name_answer_template(config)
    run_preflight(mark_rows(encoded), tokenizer, config.max_length, config.override_preflight, template)
    examples = choose_rows(encoded, config.max_length)
    trained, held_out = hold_out(examples, config.eval_share, job.seed, lambda row: tuple(row.ids))

    reporter = Reporter(job, config, tokenizer, stop)
    trainer = PalateSftTrainer(
        args=TrlSftConfig(**training_arguments(job, config)),
        examples=trained,
        eval_examples=held_out,
        **trainer_arguments(job, config, stop, tokenizer, reporter),
    )
    results = train_and_finish(job, trainer, tokenizer, reporter, None)
    return {**results, "examples": float(len(trained)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("sft", train))
