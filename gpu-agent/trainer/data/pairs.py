"""Pairs of a chosen and a rejected answer: token ids, marks for the preflight, and which pairs are used."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.conversation import encode_answer_to, read_messages, read_prompt
from data.preflight import CUT, MarkedRow, mark
from data.rows import bad_row, weight_of
from engine.packing import Pair
from job.job import JobError
from model.tokenizer import Message
from process import events


@dataclass(frozen=True)
class EncodedPair:
    """Line `row` of the input as ids; `fits` says whether both answers fit into the maximum length."""

    row: int
    pair: Pair
    fits: bool


def encode_pairs(
    rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
) -> list[EncodedPair]:
    """Every pair, whatever its length, from {"system", "user", "chosen", "rejected"} or with lists of messages."""
    encoded = []
    for number, row in enumerate(rows, start=1):
        messages, answers = read_pair(number, row)
        pair = encode_pair(number, messages, answers, tokenizer, weight_of(row))
        fits = len(pair.prompt) + max(len(pair.chosen), len(pair.rejected)) <= max_length
        encoded.append(EncodedPair(number, pair, fits))
    return encoded


def read_pair(number: int, row: dict[str, Any]) -> tuple[list[Message], list[Any]]:
    """The prompt and both answers; without a prompt, `chosen` and `rejected` are two conversations that part at the end."""
    sides = [row["chosen"], row["rejected"]]
    if "prompt" in row or "user" in row or not all(isinstance(side, list) for side in sides):
        return read_prompt(number, row), sides
    chosen, rejected = (read_messages(number, side) for side in sides)
    if chosen[:-1] != rejected[:-1] or len(chosen) < 2:
        raise bad_row(
            number,
            "has two conversations that differ before the last answer",
            "Let both have the same messages up to the answer, or send these as prompt.",
        )
    return chosen[:-1], [chosen[-1:], rejected[-1:]]


def encode_pair(
    number: int,
    messages: list[Message],
    answers: list[Any],
    tokenizer: PreTrainedTokenizerFast,
    weight: float,
) -> Pair:
    """Both answers after one prompt. Where a tokenizer merges the prompt's end with one of them, that end is part of both."""
    (before, chosen), (other, rejected) = (
        encode_answer_to(number, messages, answer, tokenizer) for answer in answers
    )
    if before == other:
        return Pair(before, chosen, rejected, weight)
    shared = next(at for at, ids in enumerate(zip_longest(before, other)) if ids[0] != ids[1])
    return Pair(before[:shared], before[shared:] + chosen, other[shared:] + rejected, weight)


def mark_pairs(encoded: list[EncodedPair], max_length: int) -> Iterator[MarkedRow]:
    """Both answers of each pair for the preflight; a pair of which one is too long is left out as a whole."""
    for item in encoded:
        for part, answer in zip(("chosen", "rejected"), item.pair.sides()):
            marks = mark(item.pair.prompt, answer, max_length, drop=True)
            ids = item.pair.prompt + answer
            yield MarkedRow(item.row, part, ids, marks if item.fits else CUT * len(ids))


def choose_pairs(encoded: list[EncodedPair], max_length: int) -> list[Pair]:
    """The pairs that fit and have a weight; logs how many are left out, and raises `JobError` where none is left."""
    pairs = [item.pair for item in encoded if item.fits and item.pair.weight > 0]
    if not pairs:
        raise JobError(
            "bad_data",
            f"No pair has a weight above 0 and fits into {max_length} tokens.",
            "Raise maxLength, or give the pairs a weight.",
        )
    if len(pairs) < len(encoded):
        long = sum(not item.fits for item in encoded)
        weightless = len(encoded) - len(pairs) - long
        events.log(
            "warn",
            f"Left out: {long} pairs that are longer than {max_length} tokens and {weightless} with weight 0.",
        )
    return pairs
