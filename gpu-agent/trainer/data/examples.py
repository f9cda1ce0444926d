"""Examples to imitate: token ids, marks for the preflight, and which examples are used.

Text never brings special tokens along: templates are rendered around placeholders, and a person's words are encoded
as plain text (see model/tokenizer.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.preflight import CUT, MASKED, TRAINED, MarkedRow
from data.recipes import read_recipes
from data.rows import read_rows
from engine.packing import Sequence
from job.job import JobError, SftConfig
from model.template import encode_chat, encode_reply
from model.tokenizer import encode_text
from process import events

ROLES = {"system", "user", "assistant"}


@dataclass(frozen=True)
class EncodedRow:
    """Line `row` of the input as ids; `fits` says whether it fits into the maximum length."""

    row: int
    sequence: Sequence
    fits: bool


def bad_row(number: int, fault: str, remedy: str) -> JobError:
    return JobError("bad_data", f"Example {number} {fault}.", remedy)


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
    """Turn by turn; an answer counts from its first token to the one that ends it."""
    whole = isinstance(messages, list) and all(
        isinstance(item, dict) and item.get("role") in ROLES and isinstance(item.get("content"), str)
        for item in messages
    )
    if not whole or not messages or messages[-1]["role"] != "assistant":
        raise bad_row(
            number,
            "is no conversation that ends in an answer",
            "Send messages with role and content, the assistant's last.",
        )
    answers = [at for at, message in enumerate(messages) if message["role"] == "assistant"]
    learned_turns = set(answers if loss_on != "completion" else answers[-1:])
    ids: list[int] = []
    learned: list[bool] = []
    for at in answers:
        prompt = encode_chat(tokenizer, messages[:at])
        if prompt[: len(ids)] != ids:
            raise bad_row(
                number,
                "changes its earlier turns as it goes on, by the model's chat template",
                "Set lossOn to completion and send one answer a row, or choose a model with a simpler template.",
            )
        reply = encode_reply(tokenizer, messages[at]["content"])
        learned += [loss_on == "all"] * (len(prompt) - len(ids)) + [at in learned_turns] * len(reply)
        ids = prompt + reply
    return Sequence(ids, learned)


def encode_completion(
    number: int, row: dict[str, Any], tokenizer: PreTrainedTokenizerFast, loss_on: str
) -> Sequence:
    """A prompt and its completion as plain text, the end token after it."""
    if not isinstance(row["prompt"], str) or not isinstance(row["completion"], str):
        raise bad_row(number, "has a prompt or a completion that is no text", "Send both as text.")
    prompt = [*begin(tokenizer), *encode_text(tokenizer, row["prompt"])]
    answer = [*encode_text(tokenizer, row["completion"]), tokenizer.eos_token_id]
    return Sequence(prompt + answer, [loss_on == "all"] * len(prompt) + [True] * len(answer))


def encode_plain(number: int, text: Any, tokenizer: PreTrainedTokenizerFast, config: SftConfig) -> Sequence:
    """Plain text. What follows the last response template is learned, or all of it where there is none.

    The text is cut at the template before it is encoded, so that no token spans the boundary.
    """
    if not isinstance(text, str) or not text:
        raise bad_row(number, "has no text", "Send a text that is not empty.")
    template = config.response_template
    if not template or config.loss_on == "all":
        ids = [*begin(tokenizer), *encode_text(tokenizer, text), tokenizer.eos_token_id]
        return Sequence(ids, [True] * len(ids))
    before, found, after = text.rpartition(template)
    prompt = [*begin(tokenizer), *encode_text(tokenizer, before + found if found else text)]
    answer = [*encode_text(tokenizer, after), tokenizer.eos_token_id] if found else []
    return Sequence(prompt + answer, [False] * len(prompt) + [True] * len(answer))


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
