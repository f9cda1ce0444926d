"""The tokenizer of a GGUF file as transformers needs it, token for token as llama.cpp reads it.

transformers' own reader leaves out how a text is split before byte pairs are merged, takes SentencePiece's scores for
probabilities and mixes up the first and the last token, so that it is not used (transformers, integrations/ggml.py).
"""

import re
from collections.abc import Iterator
from typing import Any

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from job.error import JobError

NORMAL, CONTROL = int(gguf.TokenType.NORMAL), int(gguf.TokenType.CONTROL)
USER_DEFINED = int(gguf.TokenType.USER_DEFINED)

# How a text is split before byte pairs are merged, by `tokenizer.ggml.pre`: each pattern splits what the one before it
# left, and None is GPT-2's own split (llama.cpp, src/llama-vocab.cpp).
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
QWEN35 = QWEN2.replace(r"\p{L}+", r"[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")
SPLITS: dict[str, tuple[str | None, ...]] = {
    **dict.fromkeys(("gpt-2", "mpt"), (None,)),
    **dict.fromkeys(("smollm", "command-r", "starcoder", "refact"), (r"\p{N}", None)),
    "falcon": (r"[\p{P}\$\+<=>\^~\|`]+", None, "[0-9][0-9][0-9]"),
    "deepseek-coder": ("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-\ud7ff]+", r"\p{N}"),
    "llama-bpe": (LLAMA3,),
    "qwen2": (QWEN2,),
    "qwen35": (QWEN35,),
}
# Where a word that is in the vocabulary is not put together from pairs.
WHOLE_WORDS = ("llama-bpe",)
# Letters with marks beside them become one character. llama.cpp leaves that to who calls it, as packages/inference/src/prompt.ts does.
COMPOSED = ("qwen2",)
BYTES: dict[str, Any] = {"byte_fallback": True, "fuse_unk": True}
PHI3_PLAIN = ("<unk>", "<s>", "<|endoftext|>")


def make_tokenizer(fields: dict[str, Any]) -> Tokenizer:
    """From the metadata of a file; raises `JobError` for a kind that is not known here."""
    kind, pre = str(fields.get("tokenizer.ggml.model")), str(fields.get("tokenizer.ggml.pre", "default"))
    tokens: list[str] = fields.get("tokenizer.ggml.tokens") or []
    if kind == "gpt2" and pre in SPLITS:
        raw = byte_level(fields, tokens, pre)
    elif kind == "llama":
        raw = sentence_piece(fields, tokens)
    elif kind == "gemma4":
        raw = with_spaces(fields, models.BPE(numbered(tokens), merges_of(fields), **BYTES), False)
        raw.pre_tokenizer = pre_tokenizers.Split(Regex("[^\n]+|[\n]+"), "isolated")
    else:
        raise JobError(
            "unsupported_model",
            f"The tokenizer of this GGUF file ({kind}, {pre}) cannot be read from it.",
            "Import the model's Hugging Face folder instead; it has the tokenizer itself.",
        )
    add_tokens(raw, fields, tokens)
    return raw


def numbered(tokens: list[str]) -> dict[str, int]:
    return {token: index for index, token in enumerate(tokens)}


def merges_of(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """A pair is split at a space; a token that is made of spaces begins the second part with one."""
    pairs = []
    for pair in fields["tokenizer.ggml.merges"]:
        cut = pair.index(" ", 1)
        pairs.append((pair[:cut], pair[cut + 1 :]))
    return pairs


def byte_level(fields: dict[str, Any], tokens: list[str], pre: str) -> Tokenizer:
    raw = Tokenizer(models.BPE(numbered(tokens), merges_of(fields), ignore_merges=pre in WHOLE_WORDS))
    if pre in COMPOSED:
        raw.normalizer = normalizers.NFC()
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.pre_tokenizer = pre_tokenizers.Sequence([*map(splitter, SPLITS[pre]), letters])
    raw.decoder = decoders.ByteLevel()
    return raw


def splitter(pattern: str | None) -> Any:
    return pre_tokenizers.Split(Regex(pattern or GPT2), "isolated")


def sentence_piece(fields: dict[str, Any], tokens: list[str]) -> Tokenizer:
    """Its pieces have scores in place of merges: the pair whose piece scores highest is merged first."""
    unknown = fields.get("tokenizer.ggml.unknown_token_id")
    model = models.BPE(
        numbered(tokens),
        list(merges_by_score(fields, tokens)),
        unk_token=None if unknown is None else tokens[int(unknown)],
        **BYTES,
    )
    return with_spaces(fields, model, True)


def merges_by_score(fields: dict[str, Any], tokens: list[str]) -> Iterator[tuple[str, str]]:
    scores: list[float] = fields["tokenizer.ggml.scores"]
    kinds: list[int] = fields["tokenizer.ggml.token_type"]
    pieces = {token: index for index, token in enumerate(tokens) if kinds[index] == NORMAL}
    for piece in sorted(pieces, key=lambda one: (-scores[pieces[one]], pieces[one])):
        pairs = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        known = [pair for pair in pairs if pair[0] in pieces and pair[1] in pieces]
        yield from sorted(known, key=lambda pair: (pieces[pair[0]], pieces[pair[1]]))


def with_spaces(fields: dict[str, Any], model: models.BPE, prefix: bool) -> Tokenizer:
    """Spaces are characters of the vocabulary; most models write one before each text between special tokens."""
    raw = Tokenizer(model)
    prefix = bool(fields.get("tokenizer.ggml.add_space_prefix", prefix))
    replaced = normalizers.Replace(" ", "▁")
    raw.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), replaced]) if prefix else replaced
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    raw.decoder = decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)] if prefix else steps)
    return raw


def add_tokens(raw: Tokenizer, fields: dict[str, Any], tokens: list[str]) -> None:
    """Those that are found in a text before it is split. Most of Phi 3's take the white space after them."""
    kinds: list[int] = fields["tokenizer.ggml.token_type"]
    is_phi3 = re.search("phi-?3", str(fields.get("general.name", "")).lower()) is not None
    for kind, special in ((CONTROL, True), (USER_DEFINED, False)):
        named = [token for token, one in zip(tokens, kinds) if one == kind]
        added = [
            AddedToken(token, special=special, normalized=False, rstrip=is_phi3 and token not in PHI3_PLAIN)
            for token in named
        ]
        raw.add_special_tokens(added) if special else raw.add_tokens(added)
