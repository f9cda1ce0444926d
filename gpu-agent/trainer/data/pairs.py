"""Pairs of a chosen and a rejected answer: token ids, marks for the preflight, and which pairs are used."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.preflight import CUT, MarkedRow, mark
from data.rows import weight_of
from engine.packing import Pair
from job.job import JobError
from model.template import encode_chat, encode_reply
from model.tokenizer import chat
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
    """Every pair, whatever its length."""
    encoded = []
    for number, row in enumerate(rows, start=1):
        prompt = encode_chat(tokenizer, chat(row["system"], row["user"]))
        chosen, rejected = (encode_reply(tokenizer, row[side]) for side in ("chosen", "rejected"))
        fits = len(prompt) + max(len(chosen), len(rejected)) <= max_length
        encoded.append(EncodedPair(number, Pair(prompt, chosen, rejected, weight_of(row)), fits))
    return encoded


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
