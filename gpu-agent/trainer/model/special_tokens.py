"""Which tokens only a template may write, and text to ids so that nothing a person typed becomes one of them."""

import json
import re
import secrets
from bisect import bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from job.error import JobError

# Added tokens of this form begin or end a turn even where the tokenizer's file does not call them special
# (llama.cpp reads them so too: gguf-py's does_token_look_special, and the ends of an answer in src/llama-vocab.cpp).
MARKUP = re.compile(
    "<\\|.*\\|>|<\uff5c.*\uff5c>|<unused\\d+>|<(start|end)_of_turn>|<turn\\|>|<\\|turn>"
    r"|</s>|_?<EOT>|\[EOT\]|\[EOS\]|<eos>|<end_of_utterance>|\[e~\[",
    re.DOTALL,
)


@dataclass(frozen=True)
class Segment:
    """A part of a text: what a template writes, or what a person wrote (`typed`). `answer` numbers the assistant's
    message that it is learned with."""

    text: str
    typed: bool = False
    answer: int | None = None


@dataclass(frozen=True)
class Encoded:
    """Token ids, and for each where it begins and ends in the text; and where each segment begins there."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    starts: list[int]


class PlainEncoder:
    """A tokenizer that can tell a template's special tokens from a person's text.

    The whole text is encoded at once, as `apply_chat_template` does it. Then each special token among the ids must lie
    in a segment that a template wrote. Where one does not, the text is encoded again with a copy of the tokenizer in
    which each special token has a name that nobody can type, and the template's segments use these names: the same
    rules, the same ids, but for a person's text there are no special tokens.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, also: Set[str] = frozenset()) -> None:
        self.tokenizer = tokenizer
        self.special = special_tokens(tokenizer, also)
        self.ids = frozenset(self.special.values())
        self.pattern = re.compile(
            "|".join(map(re.escape, sorted(self.special, key=len, reverse=True))) or "(?!)"
        )
        self.copy: Tokenizer | None = None
        self.hidden: dict[str, str] = {}

    def encode(self, segments: Sequence[Segment]) -> Encoded:
        """Raises `JobError` where a tokenizer of a rare kind reads a special token in a person's text all the same."""
        starts, text = lay_out(segments)
        out = self.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, split_special_tokens=False
        )
        encoded = Encoded(out["input_ids"], out["offset_mapping"], starts)
        return encoded if self.is_clean(encoded, segments, text) else self.encode_hidden(segments)

    def encode_text(self, text: str) -> list[int]:
        """A person's text on its own."""
        return self.encode([Segment(text, True)]).ids

    def encode_parts(self, first: str, second: str) -> tuple[list[int], list[int]]:
        """Two texts of which the second goes on where the first ends. No token spans both, unless the tokenizer would
        write a space before a text that it is given alone (SentencePiece): then such a token is of the second."""
        if not first or not self.writes_space:
            return self.encode_text(first), self.encode_text(second)
        whole = self.encode([Segment(first, True), Segment(second, True)])
        cut = sum(end <= len(first) for _, end in whole.offsets)
        return whole.ids[:cut], whole.ids[cut:]

    @cached_property
    def writes_space(self) -> bool:
        tokens = self.tokenizer.convert_ids_to_tokens(self.encode_text("a"))
        return bool(tokens) and tokens[0].startswith("▁")

    def is_clean(self, encoded: Encoded, segments: Sequence[Segment], text: str) -> bool:
        for token, (start, end) in zip(encoded.ids, encoded.offsets):
            if token in self.ids:
                # Some special tokens swallow the white space around them, which may be a person's.
                piece = text[start:end]
                at = start + len(piece) - len(piece.lstrip())
                if segments[bisect_right(encoded.starts, at) - 1].typed:
                    return False
        return True

    def encode_hidden(self, segments: Sequence[Segment]) -> Encoded:
        if self.copy is None:
            self.copy, self.hidden = hide(self.tokenizer, self.special)
        renamed = [
            one
            if one.typed
            else Segment(self.pattern.sub(lambda hit: self.hidden[hit[0]], one.text), False, one.answer)
            for one in segments
        ]
        starts, text = lay_out(renamed)
        out = self.copy.encode(text, add_special_tokens=False)
        encoded = Encoded(out.ids, out.offsets, starts)
        if not self.is_clean(encoded, renamed, text):
            raise JobError(
                "unsupported_model",
                "The model's tokenizer makes special tokens of ordinary text.",
                "Choose another model, or take the names of special tokens out of the data.",
            )
        return encoded


def lay_out(segments: Sequence[Segment]) -> tuple[list[int], str]:
    """Where each segment begins in the whole text, and that text."""
    starts, at = [], 0
    for segment in segments:
        starts.append(at)
        at += len(segment.text)
    return starts, "".join(segment.text for segment in segments)


def special_tokens(tokenizer: PreTrainedTokenizerFast, also: Set[str]) -> dict[str, int]:
    """Added tokens by their text that a template alone may write, `also` among them. Others, such as runs of spaces or
    `<think>`, are ordinary vocabulary."""
    if not hasattr(tokenizer, "backend_tokenizer"):
        raise JobError(
            "unsupported_model",
            "The model's tokenizer does not say where in a text each token is.",
            "Choose a model with a tokenizer.json.",
        )
    named = {*tokenizer.all_special_tokens, *also}
    return {
        added.content: index
        for index, added in tokenizer.added_tokens_decoder.items()
        if added.special or added.content in named or MARKUP.fullmatch(added.content)
    }


def hide(tokenizer: PreTrainedTokenizerFast, special: dict[str, int]) -> tuple[Tokenizer, dict[str, str]]:
    """A copy of the tokenizer with other names for its special tokens, and these names.

    They are renamed in the vocabulary too, because a unigram or word-piece model finds whole words there.
    """
    nonce = secrets.token_hex(8)
    hidden = {text: f"\ue000{nonce}:{index}\ue001" for text, index in special.items()}
    raw: dict[str, Any] = json.loads(tokenizer.backend_tokenizer.to_str())
    for added in raw["added_tokens"]:
        added["content"] = hidden.get(added["content"], added["content"])
    model = raw["model"]
    if isinstance(model["vocab"], dict):
        model["vocab"] = {hidden.get(text, text): index for text, index in model["vocab"].items()}
    else:
        model["vocab"] = [[hidden.get(text, text), score] for text, score in model["vocab"]]
    if model.get("unk_token") in hidden:
        model["unk_token"] = hidden[model["unk_token"]]
    if model.get("merges"):
        pairs = [merge if isinstance(merge, list) else merge.split(" ") for merge in model["merges"]]
        model["merges"] = [pair for pair in pairs if not {*pair, "".join(pair)} & set(hidden)]
    raw.update(post_processor=None, truncation=None, padding=None)
    copy = Tokenizer.from_str(json.dumps(raw, ensure_ascii=False))
    wrong = [text for text, index in special.items() if copy.token_to_id(hidden[text]) != index]
    if wrong:
        raise JobError(
            "unsupported_model",
            f"The model's tokenizer cannot be kept from reading {wrong[0]} in ordinary text.",
            "Choose another model, or take the names of special tokens out of the data.",
        )
    return copy, hidden
