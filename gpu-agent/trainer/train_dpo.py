"""Preference training: LoRA DPO with TRL and PEFT on labelled pairs."""

import math
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerFast, PrinterCallback
from trl import DPOConfig as TrlDpoConfig
from trl import DPOTrainer

from device import seed_all, set_threads
from job import DpoConfig, Job, JobError
from lifecycle import StopFlag, run_job
from lora import Reporter, finish, load_trainable, read_rows, resume_path, training_arguments
from proof import CUT, MarkedRow, mark, prove
from tokenizer import chat, encode_answer, encode_prompt, load_tokenizer


class PalateDpoTrainer(DPOTrainer):
    """TRL's trainer on token ids of ours: its own tokenisation would read special tokens in people's text."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load the trained adapter by name: beside a reference adapter, transformers restores only the latter."""
        self.model.load_adapter(resume_from_checkpoint, "default", is_trainable=True)


def repeats(weight: Any, rng: random.Random) -> int:
    """How often a pair of a given weight is seen in an epoch; the fraction is settled by the seed, right on average."""
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 100:
        raise JobError("bad_data", f"A pair's weight is {weight!r}.", "Use a number from 0 to 100.")
    return math.floor(weight) + (rng.random() < weight % 1)


def encode_pairs(
    rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast
) -> list[dict[str, list[int]]]:
    """Token ids of every pair, whatever its length."""
    return [
        {
            "prompt_ids": encode_prompt(tokenizer, chat(row["system"], row["user"])),
            "chosen_ids": encode_answer(tokenizer, row["chosen"]),
            "rejected_ids": encode_answer(tokenizer, row["rejected"]),
        }
        for row in rows
    ]


def fits(pair: dict[str, list[int]], max_length: int) -> bool:
    return len(pair["prompt_ids"]) + max(len(pair["chosen_ids"]), len(pair["rejected_ids"])) <= max_length


def mark_pairs(pairs: list[dict[str, list[int]]], max_length: int) -> Iterator[MarkedRow]:
    """Both answers of each pair for the proof; a pair of which one is too long is left out as a whole."""
    for number, pair in enumerate(pairs, start=1):
        for part in ("chosen", "rejected"):
            prompt, answer = pair["prompt_ids"], pair[f"{part}_ids"]
            marks = mark(prompt, answer, max_length, drop=True)
            if not fits(pair, max_length):
                marks = CUT * len(marks)
            yield MarkedRow(number, part, prompt + answer, marks)


def choose_pairs(
    rows: list[dict[str, Any]], pairs: list[dict[str, list[int]]], max_length: int, seed: int
) -> list[dict[str, list[int]]]:
    """The pairs that fit, each as often as its weight says; raises `JobError` where none does."""
    rng = random.Random(seed)
    chosen = []
    for row, pair in zip(rows, pairs):
        if fits(pair, max_length):
            chosen += [pair] * repeats(row.get("weight", 1.0), rng)
    if not chosen:
        raise JobError("bad_data", f"No pair fits into {max_length} tokens.", "Raise maxLength.")
    return chosen


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its last figures."""
    config = job.config
    assert isinstance(config, DpoConfig)
    began = time.monotonic()
    set_threads(config.threads)
    # Before the model, so that a resumed run starts from the same LoRA and the same order of pairs.
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])
    rows = read_rows(job.inputs["pairs"], ("system", "user", "chosen", "rejected"))
    encoded = encode_pairs(rows, tokenizer)
    prove(mark_pairs(encoded, config.max_length), tokenizer, config.max_length, config.override_proof)
    pairs = choose_pairs(rows, encoded, config.max_length, job.seed)
    model, lora = load_trainable(job, config)
    reporter = Reporter(job, config, tokenizer, stop)
    trainer = PalateDpoTrainer(
        model=model,
        args=TrlDpoConfig(
            **training_arguments(job, config),
            beta=config.beta,
            loss_type=list(config.loss_types),
            loss_weights=list(config.loss_weights),
            precompute_ref_log_probs=True,
        ),
        train_dataset=Dataset.from_list(pairs),
        processing_class=tokenizer,
        peft_config=lora,
        callbacks=[reporter],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=resume_path(job))
    summary = finish(job, trainer.model, tokenizer, reporter, trainer.state)
    return {**summary, "pairs": float(len(pairs)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("dpo", train))
