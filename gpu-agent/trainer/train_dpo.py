"""Preference training: LoRA DPO with TRL and PEFT on labelled pairs."""

import math
import random
import sys
import time
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerFast, PrinterCallback
from trl import DPOConfig as TrlDpoConfig
from trl import DPOTrainer

from device import seed_all, set_threads
from job import DpoConfig, Job, JobError
from lifecycle import StopFlag, run_job
from lora import Reporter, finish, load_trainable, read_rows, resume_path, training_arguments
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
    rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast, max_length: int, seed: int
) -> list[dict[str, list[int]]]:
    """Token ids of every pair that fits; raises `JobError` where none does."""
    rng = random.Random(seed)
    encoded = []
    for row in rows:
        prompt = encode_prompt(tokenizer, chat(row["system"], row["user"]))
        chosen, rejected = (encode_answer(tokenizer, row[side]) for side in ("chosen", "rejected"))
        if len(prompt) + max(len(chosen), len(rejected)) <= max_length:
            pair = {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected}
            encoded += [pair] * repeats(row.get("weight", 1.0), rng)
    if not encoded:
        raise JobError("bad_data", f"No pair fits into {max_length} tokens.", "Raise maxLength.")
    return encoded


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
    pairs = encode_pairs(rows, tokenizer, config.max_length, job.seed)
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
