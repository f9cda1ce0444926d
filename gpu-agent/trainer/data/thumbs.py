"""Answers that people liked or disliked: token ids, marks for the preflight, and which answers are used."""

import random
from collections.abc import Iterator
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.conversation import encode_answer_to, read_prompt
from data.preflight import MarkedRow, mark
from data.rows import weight_of
from engine.kto_trainer import Thumb
from job.job import JobError
from process import events


def encode_thumbs(rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast) -> list[Thumb]:
    """Every row, whatever its length, from {"system", "user", "answer", "thumb": "up" or "down"}
    or with a list of messages as prompt."""
    thumbs = []
    for number, row in enumerate(rows, start=1):
        if row["thumb"] not in ("up", "down"):
            raise JobError("bad_data", f"Line {number} has the thumb {row['thumb']!r}.", "Use up or down.")
        prompt, answer = encode_answer_to(number, read_prompt(number, row), row["answer"], tokenizer)
        thumbs.append(Thumb(prompt, answer, row["thumb"] == "up", weight_of(row)))
    return thumbs


def mark_thumbs(thumbs: list[Thumb], max_length: int) -> Iterator[MarkedRow]:
    for number, thumb in enumerate(thumbs, start=1):
        marks = mark(thumb.prompt, thumb.completion, max_length, drop=True)
        yield MarkedRow(number, "answer", thumb.prompt + thumb.completion, marks)


def choose_thumbs(thumbs: list[Thumb], max_length: int, seed: int) -> list[Thumb]:
    """The rows that fit and count, shuffled once: KTO visits them in their order."""
    chosen = [
        thumb
        for thumb in thumbs
        if thumb.weight > 0 and len(thumb.prompt) + len(thumb.completion) <= max_length
    ]
    if len(chosen) < 2:
        raise JobError(
            "bad_data",
            f"Fewer than two answers have a weight above 0 and fit into {max_length} tokens.",
            "Raise maxLength.",
        )
    if len(chosen) < len(thumbs):
        events.log(
            "warn",
            f"Left out: {len(thumbs) - len(chosen)} of {len(thumbs)} answers, which are longer than {max_length} tokens or have weight 0.",
        )
    random.Random(seed).shuffle(chosen)
    return chosen
