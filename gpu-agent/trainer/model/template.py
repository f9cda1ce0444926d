"""Conversations to token ids by the model's own chat template, and which of them the model learns to write."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from transformers import PreTrainedTokenizerFast

from job.error import JobError
from model.chat_template import ChatTemplate, Frame, TemplateFault, choose_source
from model.special_tokens import Encoded, PlainEncoder, Segment
from model.tokenizer import Message

# What begins a turn of a user and ends it, by the names that people know these templates by.
FAMILIES = {
    ("<|im_start|>user\n", "<|im_end|>"): "ChatML",
    ("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"): "Llama 3",
    ("<start_of_turn>user\n", "<end_of_turn>"): "Gemma",
    ("<|turn>user\n", "<turn|>"): "Gemma 4",
    ("[INST]", "[/INST]"): "Mistral",
    ("<|user|>\n", "<|end|>"): "Phi 3",
    ("<|im_start|>user<|im_sep|>", "<|im_end|>"): "Phi 4",
    ("<|user|>\n", "</s>"): "Zephyr",
}


@dataclass(frozen=True)
class EncodedChat:
    """Token ids up to the end of the last answer, and for each answer where its tokens begin and end: from what the
    model has to write after the opening of its turn, to the token that ends it."""

    ids: list[int]
    answers: list[tuple[int, int]]


class ChatFormat:
    """How a model reads a conversation: its template and its tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, source: str) -> None:
        self.tokenizer = tokenizer
        self.template = ChatTemplate(tokenizer, source)
        self.plain = PlainEncoder(tokenizer, self.first_after_answer())
        self.reported: set[str] = set()
        self.parts: dict[tuple[Frame, tuple[str, ...]], tuple[list[str], list[str], list[str]]] = {}

    def first_after_answer(self) -> set[str]:
        """The added token that follows an answer: it ends one, whatever the tokenizer's file calls it."""
        try:
            after = self.template.frame(["user", "assistant"], False).texts[-1].lstrip()
        except TemplateFault:
            return set()
        added = {
            token.content for token in self.tokenizer.added_tokens_decoder.values() if token.content.strip()
        }
        return {text for text in added if after.startswith(text)}

    def encode(self, messages: Sequence[Message]) -> EncodedChat:
        """A conversation with its answers; raises `TemplateFault`."""
        messages = self.prepare(messages)
        frame, texts = self.template.fill(messages, False)
        between, leads, tails = self.split(frame, tuple(message["role"] for message in messages))
        segments: list[Segment] = []
        answers: list[int] = []
        for at, (number, text) in enumerate(zip(frame.order, texts)):
            segments.append(Segment(between[at]))
            if messages[number]["role"] == "assistant":
                answers.append(number)
                segments += [
                    Segment(leads[at], answer=number),
                    Segment(text, True, number),
                    Segment(tails[at], answer=number),
                ]
            else:
                segments.append(Segment(text, True))
        # What the template writes after the last answer is never learned, and nothing follows that could read it.
        encoded = self.plain.encode(segments)
        return self.end(EncodedChat(encoded.ids, find_answers(encoded, segments, answers, self.plain.ids)))

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """A conversation so far and the opening of the assistant's answer; raises `TemplateFault`."""
        frame, texts = self.template.fill(self.prepare(messages), True)
        segments = [Segment(frame.texts[0])]
        for text, after in zip(texts, frame.texts[1:]):
            segments += [Segment(text, True), Segment(after)]
        return self.plain.encode(segments).ids

    def prepare(self, messages: Sequence[Message]) -> Sequence[Message]:
        """A system message before the first request, where the template has no place for it: a persona never vanishes."""
        if not self.template.merges_system or not messages or messages[0]["role"] != "system":
            return messages
        if len(messages) < 2 or messages[1]["role"] != "user":
            raise TemplateFault(
                "has a system message, for which the model's chat template has no place, and no request after it to put it before",
                "Let a request follow the system message, or choose a model whose template has a system role.",
            )
        merged: Message = {"role": "user", "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
        return [merged, *messages[2:]]

    def news(self, messages: Sequence[Message]) -> list[str]:
        """What a person should know of how this conversation is written, each sentence once."""
        notes = []
        if self.template.merges_system and messages[0]["role"] == "system":
            notes.append(
                "The model's chat template has no system role: the system text is put before the first request, an empty line between."
            )
        other = self.other_opening
        if other:
            notes.append(
                f"The model's chat template asks for an answer with {other[0]!r}, but writes answers of the data after {other[1]!r}: "
                "the model may answer otherwise than it is trained to."
            )
        fresh = [note for note in notes if note not in self.reported]
        self.reported.update(fresh)
        return fresh

    def split(self, frame: Frame, roles: tuple[str, ...]) -> tuple[list[str], list[str], list[str]]:
        """The frame's text before each message, and of that before and after an answer what belongs to the answer."""
        key = (frame, roles)
        if key not in self.parts:
            between, leads, tails = list(frame.texts), [""] * len(frame.order), [""] * len(frame.order)
            for at, number in enumerate(frame.order):
                if roles[number] != "assistant":
                    continue
                opening = self.template.opening(roles[:number])
                if opening and frame.texts[at].startswith(opening):
                    leads[at] = frame.texts[at][len(opening) :]
                    between[at] = between[at].removesuffix(leads[at])
                tails[at] = self.tail(frame.texts[at + 1])
                between[at + 1] = between[at + 1][len(tails[at]) :]
            self.parts[key] = between, leads, tails
        return self.parts[key]

    def tail(self, after: str) -> str:
        """What ends an answer: up to the first special token after it, or to the end of sequence where several
        special tokens follow each other."""
        run = re.search(f"(?:{self.plain.pattern.pattern})+", after) if self.plain.special else None
        if run is None:
            return ""
        first = self.plain.pattern.match(after, run.start())
        assert first is not None
        end = after.find(self.tokenizer.eos_token or "\0", run.start(), run.end())
        return after[: first.end() if end < 0 else end + len(self.tokenizer.eos_token)]

    def end(self, encoded: EncodedChat) -> EncodedChat:
        """The end of sequence after the last answer, where the template leaves it to the trainer."""
        if not encoded.answers:
            return encoded
        start, end = encoded.answers[-1]
        ids = encoded.ids[:end]
        if ids[-1] not in self.plain.ids and self.tokenizer.eos_token_id is not None:
            ids, end = [*ids, self.tokenizer.eos_token_id], end + 1
        return EncodedChat(ids, [*encoded.answers[:-1], (start, end)])

    @cached_property
    def end_token(self) -> str | None:
        """What the template ends an answer with; where it leaves that to the trainer, the end of sequence."""
        try:
            tail = self.tail(self.template.frame(["user", "assistant"], False).texts[-1])
        except TemplateFault:
            tail = ""
        hits = self.plain.pattern.findall(tail)
        return hits[-1] if hits else self.tokenizer.eos_token

    @cached_property
    def end_ids(self) -> frozenset[int]:
        """Tokens that end an answer: those of the template, an earlier answer's included, and the end of sequence."""
        named = {self.end_token, self.tokenizer.eos_token}
        try:
            frame = self.template.frame(["user", "assistant", "user", "assistant"], False)
            named.update(self.plain.pattern.findall(self.tail(frame.texts[2]))[-1:])
        except TemplateFault:
            pass
        return frozenset(self.tokenizer.convert_tokens_to_ids(text) for text in named if text)

    @cached_property
    def other_opening(self) -> tuple[str, str] | None:
        """What the template writes before an answer when it asks for one, and before an answer that is there already,
        where the second does not begin with the first: then training reads another prompt than serving."""
        try:
            before = self.template.frame(["user", "assistant"], False).texts[1]
        except TemplateFault:
            return None
        opening = self.template.opening(["user"])
        return None if before.startswith(opening) else (opening, before)

    @cached_property
    def repeats_bos(self) -> bool:
        """Whether the template writes the beginning of sequence at later turns too, as Llama 2's does."""
        bos = self.tokenizer.bos_token
        try:
            frame = self.template.frame(["user", "assistant", "user", "assistant"], False)
        except TemplateFault:
            return False
        return bool(bos) and sum(text.count(bos) for text in frame.texts) > 1

    @cached_property
    def family(self) -> str:
        try:
            frame = self.template.frame(["user", "assistant"], False)
        except TemplateFault:
            return "the model's own"
        before, after = (
            frame.texts[0].removeprefix(self.tokenizer.bos_token or "").rstrip(" "),
            frame.texts[1].lstrip(" "),
        )
        return next(
            (
                name
                for (head, end), name in FAMILIES.items()
                if before.endswith(head) and after.startswith(end)
            ),
            "the model's own",
        )


def find_answers(
    encoded: Encoded, segments: Sequence[Segment], answers: Sequence[int], special: frozenset[int]
) -> list[tuple[int, int]]:
    """Each answer's tokens: all that reach into its text. A template's special token that swallows white space is none."""
    found = []
    token, count = 0, len(encoded.ids)
    bounds: dict[int, tuple[int, int]] = {}
    for segment, start in zip(segments, encoded.starts):
        if segment.answer is not None:
            first = bounds.get(segment.answer, (start, start))[0]
            bounds[segment.answer] = (first, start + len(segment.text))
    for number in answers:
        start, end = bounds[number]
        while token < count and (
            encoded.offsets[token][1] <= start
            or (encoded.offsets[token][0] < start and encoded.ids[token] in special)
        ):
            token += 1
        first = token
        while token < count and encoded.offsets[token][0] < end:
            token += 1
        found.append((first, token))
    return found


def encode_chat(tokenizer: PreTrainedTokenizerFast, messages: Sequence[Message]) -> list[int]:
    """The conversation so far and the opening of the assistant's answer; raises `JobError`."""
    try:
        return chat_format(tokenizer).prompt(messages)
    except TemplateFault as fault:
        raise JobError("bad_data", f"The conversation {fault.reason}.", fault.remedy) from fault


def find_chat_format(tokenizer: PreTrainedTokenizerFast) -> ChatFormat | None:
    """How the model reads conversations; None for a tokenizer without a chat template."""
    source = choose_source(tokenizer)
    return None if source is None else make_format(tokenizer, source)


def chat_format(tokenizer: PreTrainedTokenizerFast) -> ChatFormat:
    """How the model reads conversations; raises `JobError` for a tokenizer without a chat template."""
    form = find_chat_format(tokenizer)
    if form is None:
        raise JobError(
            "no_template",
            "The model's tokenizer has no chat template.",
            "Choose an instruct model, or train on plain text.",
        )
    return form


@lru_cache(8)
def make_format(tokenizer: PreTrainedTokenizerFast, source: str) -> ChatFormat:
    return ChatFormat(tokenizer, source)


@lru_cache(8)
def plain_encoder(tokenizer: PreTrainedTokenizerFast) -> PlainEncoder:
    """For texts outside of conversations."""
    return PlainEncoder(tokenizer)
