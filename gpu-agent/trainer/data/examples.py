"""Examples to imitate: token ids, marks for the preflight, and which examples are used.

Text never brings special tokens along (see model/special_tokens.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.conversation import encode_messages, read_messages
from data.preflight import CUT, MASKED, TRAINED, MarkedRow
from data.recipes import read_recipes
from data.rows import bad_row, read_rows
from engine.packing import Sequence
from job.job import JobError, SftConfig
from model.template import plain_encoder
from process import events


@dataclass(frozen=True)
class EncodedRow:
    """Line `row` of the input as ids; `fits` says whether it fits into the maximum length."""

    row: int
    sequence: Sequence
    fits: bool


def read_examples(path: Path, most: int) -> list[dict[str, Any]]:
    """The first `most` rows (0: all) of a dataset of recipes in Parquet, or of a JSON Lines file."""
    return read_recipes(path, most) if path.suffix == ".parquet" else read_rows(path, (), most)


def name_answer_template(config: SftConfig) -> str | None:
    """How answers are found in plain text, for the preflight; None where the chat template decides it."""
    return f"plain text, after {config.response_template!r}" if config.response_template else None


def encode_rows(
    rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerFast, config: SftConfig
) -> list[EncodedRow]:
    """Every example, whatever its length: {"messages"}, {"prompt", "completion"} or {"text"}."""
    encoded = []
    for number, row in enumerate(rows, start=1):
        if "messages" in row:
            sequence = encode_conversation(number, row["messages"], tokenizer, config.loss_on)
        elif "prompt" in row and "completion" in row:
            sequence = encode_completion(number, row, tokenizer, config.loss_on)
        elif "text" in row:
            sequence = encode_plain(number, row["text"], tokenizer, config)
        else:
            raise bad_row(
                number, "holds neither messages, nor a prompt with a completion, nor text", "Add one."
            )
        encoded.append(EncodedRow(number, sequence, len(sequence.ids) <= config.max_length))
    return encoded


def encode_conversation(
    number: int, messages: Any, tokenizer: PreTrainedTokenizerFast, loss_on: str
) -> Sequence:
    """The whole conversation; an answer counts from its first token to the one that ends it."""
    encoded = encode_messages(number, read_messages(number, messages), tokenizer)
    learned = [loss_on == "all"] * len(encoded.ids)
    for start, end in encoded.answers if loss_on == "assistant" else encoded.answers[-1:]:
        learned[start:end] = [True] * (end - start)
    return Sequence(encoded.ids, learned)


def encode_completion(
    number: int, row: dict[str, Any], tokenizer: PreTrainedTokenizerFast, loss_on: str
) -> Sequence:
    """A prompt and its completion as plain text, the end token after it; or as lists of messages, which are one conversation."""
    if isinstance(row["prompt"], list) and isinstance(row["completion"], list):
        return encode_conversation(number, row["prompt"] + row["completion"], tokenizer, loss_on)
    if not isinstance(row["prompt"], str) or not isinstance(row["completion"], str):
        raise bad_row(number, "has a prompt or a completion that is no text", "Send both as text.")
    return encode_parts(row["prompt"], row["completion"], tokenizer, loss_on == "all")


def encode_plain(number: int, text: Any, tokenizer: PreTrainedTokenizerFast, config: SftConfig) -> Sequence:
    """Plain text. What follows the last response template is learned, or all of it where there is none."""
    if not isinstance(text, str) or not text:
        raise bad_row(number, "has no text", "Send a text that is not empty.")
    template = config.response_template
    if not template or config.loss_on == "all":
        return encode_parts("", text, tokenizer, True)
    before, found, after = text.rpartition(template)
    if found:
        return encode_parts(before + found, after, tokenizer, False)
    ids = [*begin(tokenizer), *plain_encoder(tokenizer).encode_text(text)]
    return Sequence(ids, [False] * len(ids))


def encode_parts(read: str, written: str, tokenizer: PreTrainedTokenizerFast, learn_all: bool) -> Sequence:
    """A text that is only read and one that is learned, between the tokens that begin and end a text."""
    before, after = plain_encoder(tokenizer).encode_parts(read, written)
    if tokenizer.eos_token_id is None:
        raise JobError(
            "unsupported_model",
            "The model's tokenizer names no token that ends a text.",
            "Send conversations, whose end the chat template writes, or choose another model.",
        )
    prompt, answer = [*begin(tokenizer), *before], [*after, tokenizer.eos_token_id]
    return Sequence(prompt + answer, [learn_all] * len(prompt) + [True] * len(answer))


def begin(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """The token that begins a plain text, for models that were trained with one."""
    adds = tokenizer.bos_token_id is not None and tokenizer("", add_special_tokens=True)["input_ids"][:1]
    return [tokenizer.bos_token_id] if adds == [tokenizer.bos_token_id] else []


def mark_rows(encoded: list[EncodedRow]) -> Iterator[MarkedRow]:
    """Every example for the preflight; one that is too long is left out as a whole."""
    for item in encoded:
        marks = "".join(TRAINED if learned else MASKED for learned in item.sequence.learned)
        ids = item.sequence.ids
        yield MarkedRow(item.row, "text", ids, marks if item.fits else CUT * len(ids))


def choose_rows(encoded: list[EncodedRow], max_length: int) -> list[Sequence]:
    """The examples that fit; logs how many do not, and raises `JobError` where none does."""
    rows = [item.sequence for item in encoded if item.fits and any(item.sequence.learned)]
    if not rows:
        raise JobError("bad_data", f"No example fits into {max_length} tokens.", "Raise maxLength.")
    if len(rows) < len(encoded):
        events.log(
            "warn",
            f"Left out: {len(encoded) - len(rows)} of {len(encoded)} examples, which are longer than {max_length} tokens or have nothing to learn.",
        )
    return rows
