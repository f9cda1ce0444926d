"""Prompts and answers in the model's own chat template, a person's words always encoded as plain text."""

import re

from transformers import PreTrainedTokenizerFast

from job.error import JobError
from model.tokenizer import START, Message, encode_answer, encode_prompt, encode_text

# A private-use character on either side: no tokenizer's template writes one, and no person types them.
HOLE = re.compile("\ue000(\\d+)\ue001")


def is_chatml(tokenizer: PreTrainedTokenizerFast) -> bool:
    return START in tokenizer.get_vocab()


def render(
    tokenizer: PreTrainedTokenizerFast, messages: list[Message], opening: bool
) -> list[tuple[str, int | None]]:
    """The model's own template as pieces: its text, and for a person's words the number of the message."""
    if not isinstance(tokenizer.chat_template, str):
        raise JobError(
            "no_template",
            "The model's tokenizer has no chat template.",
            "Choose an instruct model, or train on plain text.",
        )
    holes = [{**message, "content": f"\ue000{at}\ue001"} for at, message in enumerate(messages)]
    text = str(tokenizer.apply_chat_template(holes, tokenize=False, add_generation_prompt=opening))
    pieces: list[tuple[str, int | None]] = []
    end = 0
    for hole in HOLE.finditer(text):
        pieces += [(text[end : hole.start()], None), ("", int(hole[1]))]
        end = hole.end()
    return [*pieces, (text[end:], None)]


def encode_chat(tokenizer: PreTrainedTokenizerFast, messages: list[Message]) -> list[int]:
    """The conversation so far and the opening of the assistant's answer."""
    if is_chatml(tokenizer):
        return encode_prompt(tokenizer, messages)
    ids: list[int] = []
    for text, number in render(tokenizer, messages, True):
        ids += (
            tokenizer(text, add_special_tokens=False)["input_ids"]
            if number is None
            else encode_text(tokenizer, messages[number]["content"].strip())
        )
    return ids


def encode_reply(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    """An answer with the token that ends it: the one that the template writes after an answer."""
    if is_chatml(tokenizer):
        return encode_answer(tokenizer, text)
    turns: list[Message] = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "x"}]
    after = render(tokenizer, turns, False)[-1][0]
    tail: list[int] = tokenizer(after, add_special_tokens=False)["input_ids"]
    end = tail[0] if tail else tokenizer.eos_token_id
    return [*encode_text(tokenizer, text.strip()), end]
