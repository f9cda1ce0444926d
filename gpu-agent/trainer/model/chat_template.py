"""A model's own chat template: rendered as a whole, and which parts of the text are the template's and which a person's.

A conversation is rendered twice: once with a placeholder for each message, which shows the frame that the template puts
around them (kept, since most rows of a dataset have the same roles), and once with its texts. Both must agree.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerFast

from job.error import JobError
from model.tokenizer import Message

# A private-use character on either side: no template writes one. What a person typed is never searched for it.
HOLE = re.compile("\ue000(\\d+)\ue001")
# Some templates write today's date. Training and serving take the same one: Llama 3's own where it knows no date.
FIXED_DATE = datetime.datetime(2024, 7, 26)
END_OF_THOUGHT = "</think>"


class TemplateFault(Exception):
    """The template cannot write a conversation: why, as the rest of a sentence about it, and what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class Frame:
    """What a template writes around the messages of a conversation: one text more than there are messages, and in
    which order these come."""

    texts: tuple[str, ...]
    order: tuple[int, ...]


class ChatTemplate:
    """Renders conversations, each whole. `merges_system`: the template has no place for a system message, so that its
    text goes before the first request."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, source: str) -> None:
        self.tokenizer = tokenizer
        self.source = source
        self.frames: dict[tuple[tuple[str, ...], bool], Frame | TemplateFault] = {}
        self.merges_system = not self.keeps(["system", "user", "assistant"]) and self.keeps(
            ["user", "assistant"]
        )

    def keeps(self, roles: Sequence[str]) -> bool:
        """Whether the text of each message comes back."""
        try:
            self.frame(roles, False)
        except TemplateFault:
            return False
        return True

    def render(self, messages: Sequence[Message], opening: bool) -> str:
        """The text of `apply_chat_template`; with `opening` up to where the assistant's next answer begins."""
        if not messages:
            raise TemplateFault("has no message", "Send at least a request.")
        try:
            return str(
                self.tokenizer.apply_chat_template(
                    list(messages),
                    chat_template=self.source,
                    tokenize=False,
                    add_generation_prompt=opening,
                    strftime_now=FIXED_DATE.strftime,
                )
            )
        except (TemplateError, TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise explain(error) from error

    def frame(self, roles: Sequence[str], opening: bool) -> Frame:
        """The frame of a conversation of these roles; raises `TemplateFault` where a message does not come back."""
        key = (tuple(roles), opening)
        if key not in self.frames:
            try:
                self.frames[key] = self.make_frame(roles, opening)
            except TemplateFault as fault:
                self.frames[key] = fault
        found = self.frames[key]
        if isinstance(found, TemplateFault):
            raise found
        return found

    def make_frame(self, roles: Sequence[str], opening: bool) -> Frame:
        holes: list[Message] = [
            {"role": role, "content": f"\ue000{at}\ue001"} for at, role in enumerate(roles)
        ]
        parts = HOLE.split(self.render(holes, opening))
        order = [int(number) for number in parts[1::2]]
        for at, role in enumerate(roles):
            if order.count(at) != 1:
                how = "leaves out" if at not in order else "repeats"
                raise TemplateFault(
                    f"has a message that the model's chat template {how}: number {at + 1}, of the role {role}",
                    "Send rows without such a message, or choose a model whose template writes it.",
                )
        return Frame(tuple(parts[0::2]), tuple(order))

    def fill(self, messages: Sequence[Message], opening: bool) -> tuple[Frame, list[str]]:
        """The frame, and the text of each message in the frame's order as the template writes it: some are trimmed."""
        roles = [message["role"] for message in messages]
        frame = self.frame(roles, opening)
        rendered = self.render(messages, opening)
        whole = [messages[at]["content"] for at in frame.order]
        if rendered == interleave(frame, whole):
            return frame, whole
        try:
            return frame, find_texts(rendered, frame, messages)
        except TemplateFault:
            is_thought = roles[-1] == "assistant" and END_OF_THOUGHT in messages[-1]["content"]
            before = self.opening(roles[:-1])
            if not is_thought or not before or frame.order[-1] + 1 != len(roles):
                raise
            # An empty thought gives way to the one that is there, so that the answer begins where the model would.
            frame = Frame((*frame.texts[:-2], before, frame.texts[-1]), frame.order)
            return frame, find_thought(rendered, frame, messages)

    def opening(self, roles: Sequence[str]) -> str:
        """What stands between the last message and the answer when the model is asked for one."""
        try:
            return self.frame(roles, True).texts[-1] if roles else ""
        except TemplateFault:
            return ""


def explain(error: Exception) -> TemplateFault:
    """A template's own words where it refuses a conversation, and otherwise what it failed on."""
    says = str(error).strip().rstrip(".")[:300] or type(error).__name__
    if type(error) is TemplateError:
        return TemplateFault(
            f"is refused by the model's chat template, which says: {says}",
            "Let requests and answers alternate, beginning with a request, or choose a model with another template.",
        )
    return TemplateFault(
        f"cannot be written by the model's chat template, which fails: {says}",
        "Choose a model whose template is for plain conversations; some are for calls of tools only.",
    )


def interleave(frame: Frame, texts: Sequence[str]) -> str:
    return frame.texts[0] + "".join(text + after for text, after in zip(texts, frame.texts[1:]))


def find_texts(rendered: str, frame: Frame, messages: Sequence[Message]) -> list[str]:
    """The messages' texts in what was rendered, where the template trims them or moves a thought; raises
    `TemplateFault` for one that it changes otherwise."""
    texts: list[str] = []
    at = len(frame.texts[0])
    known = rendered.startswith(frame.texts[0])
    for number, after in zip(frame.order, frame.texts[1:]):
        message = messages[number]
        is_last = len(texts) + 1 == len(frame.order)
        shapes = [shape for shape in shapes_of(message) if rendered.startswith(shape + after, at)]
        if is_last:
            shapes = [shape for shape in shapes if at + len(shape + after) == len(rendered)]
        if not shapes and is_last and message["role"] == "assistant" and END_OF_THOUGHT in message["content"]:
            # The template puts the thought into a form of its own: all of it is what the model is to write.
            shapes = [rendered[at : len(rendered) - len(after)]] if rendered.endswith(after) else []
        if not known or not shapes:
            raise TemplateFault(
                f"has a message whose text the model's chat template changes: number {number + 1}, of the role {message['role']}",
                "Take out of the text what the template reads as its own, such as thoughts or names of tools.",
            )
        texts.append(shapes[0])
        at += len(shapes[0] + after)
    return texts


def find_thought(rendered: str, frame: Frame, messages: Sequence[Message]) -> list[str]:
    """The messages' texts, the last with its thought; raises `TemplateFault` where the template has no place for one."""
    try:
        return find_texts(rendered, frame, messages)
    except TemplateFault as fault:
        raise TemplateFault(
            f"has a thought (in message {len(messages)}) for which the model's chat template has no place",
            f"Take the text up to {END_OF_THOUGHT} out of the answer, or choose a model that writes its thoughts.",
        ) from fault


def shapes_of(message: Message) -> list[str]:
    """A text as it is, or trimmed in one of the ways that templates trim."""
    text = message["content"]
    shapes = [
        text,
        text.lstrip(),
        text.rstrip(),
        text.strip(),
        text.lstrip("\n"),
        text.rstrip("\n"),
        text.strip("\n"),
    ]
    if message["role"] == "assistant" and END_OF_THOUGHT in text:
        answer = text.split(END_OF_THOUGHT)[-1]
        shapes += [answer, answer.lstrip("\n"), answer.strip("\n"), answer.strip()]
    return list(dict.fromkeys(shapes))


def choose_source(tokenizer: PreTrainedTokenizerFast) -> str | None:
    """The template for conversations of a tokenizer that may have several by name; None without any. Raises `JobError`
    where none of them is for plain conversations."""
    template = tokenizer.chat_template
    if not isinstance(template, dict):
        return template or None
    if len(template) == 1:
        return str(next(iter(template.values())))
    if "default" in template:
        return str(template["default"])
    raise JobError(
        "no_template",
        f"The model has several chat templates ({', '.join(sorted(template))}), and none is named default.",
        "Put the template to train with into the tokenizer's files under the name default.",
    )
