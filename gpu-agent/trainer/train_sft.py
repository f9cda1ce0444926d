"""Supervised fine-tuning on chat examples: LoRA with TRL and PEFT, learning the last answer of each conversation."""

import sys
import time
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerFast, PrinterCallback
from trl import SFTConfig as TrlSftConfig
from trl import SFTTrainer

from device import seed_all, set_threads
from job import Job, JobError, SftConfig
from lifecycle import StopFlag, run_job
from lora import Reporter, finish, load_trainable, read_rows, resume_path, training_arguments
from proof import MarkedRow, mark, prove
from tokenizer import encode_answer, encode_prompt, load_tokenizer

ROLES = {"system", "user", "assistant"}


def encode_rows(
    rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast
) -> list[tuple[list[int], list[int]]]:
    """Ids of prompt and learned answer, from {"messages": [{"role", "content"}, ...]} ending in an answer."""
    encoded = []
    for number, row in enumerate(rows, start=1):
        messages = row["messages"]
        whole = isinstance(messages, list) and all(
            isinstance(item, dict) and item.get("role") in ROLES and isinstance(item.get("content"), str)
            for item in messages
        )
        if not whole or messages[-1]["role"] != "assistant":
            raise JobError(
                "bad_data",
                f"Example {number} is no conversation that ends in an answer.",
                "Send messages with role and content, the assistant's last.",
            )
        prompt = encode_prompt(tokenizer, messages[:-1])
        answer = encode_answer(tokenizer, messages[-1]["content"])
        encoded.append((prompt, answer))
    return encoded


def choose_rows(encoded: list[tuple[list[int], list[int]]], max_length: int) -> list[dict[str, list[int]]]:
    """The examples that fit, with a mask of the learned tokens; raises `JobError` where none does."""
    chosen = [
        {"input_ids": prompt + answer, "completion_mask": [0] * len(prompt) + [1] * len(answer)}
        for prompt, answer in encoded
        if len(prompt) + len(answer) <= max_length
    ]
    if not chosen:
        raise JobError("bad_data", f"No example fits into {max_length} tokens.", "Raise maxLength.")
    return chosen


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its last figures."""
    config = job.config
    assert isinstance(config, SftConfig)
    began = time.monotonic()
    set_threads(config.threads)
    seed_all(job.seed)
    tokenizer = load_tokenizer(job.inputs["model"])
    encoded = encode_rows(read_rows(job.inputs["examples"], ("messages",)), tokenizer)
    marked = (
        MarkedRow(number, "answer", prompt + answer, mark(prompt, answer, config.max_length, drop=True))
        for number, (prompt, answer) in enumerate(encoded, start=1)
    )
    prove(marked, tokenizer, config.max_length, config.override_proof)
    examples = choose_rows(encoded, config.max_length)
    model, lora = load_trainable(job, config)
    reporter = Reporter(job, config, tokenizer, stop)
    trainer = SFTTrainer(
        model=model,
        args=TrlSftConfig(**training_arguments(job, config), completion_only_loss=True, packing=False),
        train_dataset=Dataset.from_list(examples),
        processing_class=tokenizer,
        peft_config=lora,
        callbacks=[reporter],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=resume_path(job))
    summary = finish(job, trainer.model, tokenizer, reporter, trainer.state)
    return {**summary, "examples": float(len(examples)), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("sft", train))
