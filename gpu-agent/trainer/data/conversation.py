"""Conversations in rows of data: read in the shapes that people send them in, and encoded with a reason where they cannot be."""

from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerFast

from data.rows import bad_row
from model.chat_template import TemplateFault
from model.template import EncodedChat, chat_format
from model.tokenizer import Message
from process import events

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def read_messages(number: int, raw: Any) -> list[Message]:
    """A list of messages with role and content; raises `JobError` with the first that is none."""
    if not isinstance(raw, list) or not raw:
        raise bad_row(number, "has no list of messages", "Send a list of messages with role and content.")
    return [read_message(number, place, item) for place, item in enumerate(raw, start=1)]


def read_message(number: int, place: int, raw: Any) -> Message:
    role = raw.get("role") if isinstance(raw, dict) else None
    if role not in ROLES:
        raise bad_row(
            number,
            f"has a message of the role {role!r} (number {place})",
            "Use the roles system, user and assistant; calls of tools are not trained on.",
        )
    content = raw.get("content")
    if isinstance(content, list) and all(
        isinstance(part, dict) and part.get("type") == "text" for part in content
    ):
        content = "".join(str(part.get("text", "")) for part in content)
    if not isinstance(content, str):
        raise bad_row(number, f"has a message without text (number {place})", "Send the content as text.")
    return {"role": ROLES[role], "content": content}


def read_prompt(number: int, row: dict[str, Any]) -> list[Message]:
    """What an answer answers: messages under `prompt`, or the texts `user` and, if there is one, `system`."""
    if isinstance(row.get("prompt"), list):
        return read_messages(number, row["prompt"])
    if not isinstance(row.get("user"), str) or not row["user"]:
        raise bad_row(number, "has no request", "Send a text as user, or messages as prompt.")
    system = row.get("system")
    if system and not isinstance(system, str):
        raise bad_row(number, "has a system that is no text", "Send the system's instructions as text.")
    request: Message = {"role": "user", "content": row["user"]}
    return [{"role": "system", "content": system}, request] if system else [request]


def encode_messages(
    number: int, messages: Sequence[Message], tokenizer: PreTrainedTokenizerFast
) -> EncodedChat:
    """A conversation that ends in an answer, by the model's own template; raises `JobError` with the row's number."""
    if not messages or messages[-1]["role"] != "assistant":
        raise bad_row(number, "does not end in an answer", "Let the last message be the assistant's.")
    form = chat_format(tokenizer)
    try:
        encoded = form.encode(messages)
    except TemplateFault as fault:
        raise bad_row(number, fault.reason, fault.remedy) from fault
    for note in form.news(messages):
        events.log("warn", note)
    return encoded


def encode_answer_to(
    number: int, messages: Sequence[Message], answer: Any, tokenizer: PreTrainedTokenizerFast
) -> tuple[list[int], list[int]]:
    """The ids before an answer and those of the answer: a text, or a list with one message of the assistant."""
    if isinstance(answer, list):
        said = read_messages(number, answer)
        if len(said) != 1 or said[0]["role"] != "assistant":
            raise bad_row(
                number,
                "has an answer of several messages",
                "Send one message of the assistant as the answer, and all before it as prompt.",
            )
        answer = said[0]["content"]
    if not isinstance(answer, str) or not answer:
        raise bad_row(
            number, "has an answer without text", "Send both answers of a pair as text that is not empty."
        )
    whole = encode_messages(number, [*messages, {"role": "assistant", "content": answer}], tokenizer)
    start, _ = whole.answers[-1]
    return whole.ids[:start], whole.ids[start:]
