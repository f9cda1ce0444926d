"""Preference training on labeled pairs: LoRA DPO on the engine of dpo_trainer.py."""

import sys
import time

from trl import DPOConfig as TrlDpoConfig

from data.encode import encode_pairs, mark_pairs
from data.preflight import prove
from engine.dpo_trainer import PalateDpoTrainer
from engine.packing import Pair
from engine.step import StepAbandoned
from job.job import DpoConfig, Job, JobError
from model.tokenizer import load_tokenizer
from process import events
from process.device import seed_all, set_threads
from run.lifecycle import Canceled, StopFlag, run_job
from run.lora import hold_out, preference_arguments, read_rows, train_and_finish, training_arguments
from run.reporter import Reporter


def choose_pairs(job: Job, config: DpoConfig, found: list[tuple[Pair, bool]]) -> list[Pair]:
    """The pairs that fit and count; says how many are left out, and raises `JobError` where none is left."""
    pairs = [pair for pair, fits in found if fits and pair.weight > 0]
    if not pairs:
        raise JobError(
            "bad_data",
            f"No pair fits into {config.max_length} tokens with a weight above 0.",
            "Raise maxLength.",
        )
    if len(pairs) < len(found):
        long = sum(not fits for _, fits in found)
        events.log(
            "warn",
            f"{long} pairs are too long and {len(found) - len(pairs) - long} weigh nothing: left out.",
        )
    return pairs


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its last figures."""
    config = job.config
    assert isinstance(config, DpoConfig)
    began = time.monotonic()
    set_threads(config.threads)
    # Before the model, so that a resumed run starts from the same LoRA and the same order of pairs.
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])
    rows = read_rows(job.inputs["pairs"], ("system", "user", "chosen", "rejected"), config.max_rows)
    encoded = encode_pairs(rows, tokenizer, config.max_length)
    prove(mark_pairs(encoded, config.max_length), tokenizer, config.max_length, config.override_preflight)
    pairs = choose_pairs(job, config, [(item.pair, item.fits) for item in encoded])
    trained, held_out = hold_out(pairs, config.eval_share, job.seed, lambda pair: tuple(pair.prompt))
    reporter = Reporter(job, config, tokenizer, stop)
    try:
        trainer = PalateDpoTrainer(
            args=TrlDpoConfig(
                **training_arguments(job, config),
                beta=config.beta,
                loss_type=list(config.loss_types),
                loss_weights=list(config.loss_weights),
                label_smoothing=config.label_smoothing,
            ),
            pairs=trained,
            eval_pairs=held_out,
            **preference_arguments(job, config, stop, tokenizer, reporter),
        )
    except StepAbandoned:
        raise Canceled({"steps": 0.0}) from None
    results = train_and_finish(job, trainer, tokenizer, reporter, trainer.reference_kind)
    return {**results, "pairs": float(len(trained)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("dpo", train))
