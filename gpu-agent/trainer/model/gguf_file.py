"""Reads a GGUF file: what it says of itself, and its tokenizer as transformers needs it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from job.job import JobError

# The `tokenizer.ggml.pre` that transformers' own reader leaves out: how llama.cpp splits a text before byte pairs are
# merged (llama.cpp, src/llama-vocab.cpp).
LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2_SPLIT = LLAMA3_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")
CONTROL, USER_DEFINED = int(gguf.TokenType.CONTROL), int(gguf.TokenType.USER_DEFINED)


@dataclass(frozen=True)
class GgufFacts:
    """The metadata that an import reports and its tokenizer needs."""

    architecture: str
    name: str | None
    license: str | None
    file_type: str
    context_length: int
    tensors: int
    parameters: int
    template: str | None
    fields: dict[str, Any]


def read_gguf(path: Path) -> GgufFacts:
    """Raises `JobError` for a file that is none."""
    try:
        reader = gguf.GGUFReader(path)
        fields = {name: field.contents() for name, field in reader.fields.items()}
    except Exception as error:  # a file from outside: the reader checks little, and fails in many ways
        raise JobError(
            "unsupported_model",
            f"{path.name} is no GGUF file that can be read: {str(error)[:200] or type(error).__name__}.",
            "Choose another file.",
        ) from error
    architecture = str(fields.get("general.architecture", ""))
    kinds = {tensor.tensor_type.name for tensor in reader.tensors if len(tensor.shape) > 1}
    try:
        named = gguf.LlamaFileType(int(fields.get("general.file_type", -1))).name
    except ValueError:
        named = "/".join(sorted(kinds))
    return GgufFacts(
        architecture=architecture,
        name=fields.get("general.name"),
        license=fields.get("general.license"),
        file_type=named.removeprefix("MOSTLY_").removeprefix("ALL_"),
        context_length=int(fields.get(f"{architecture}.context_length", 0)),
        tensors=len(reader.tensors),
        parameters=sum(int(tensor.n_elements) for tensor in reader.tensors),
        template=fields.get("tokenizer.chat_template"),
        fields=fields,
    )


def build_tokenizer(facts: GgufFacts) -> PreTrainedTokenizerFast:
    """The file's byte-level BPE, token for token as llama.cpp reads it; raises `JobError` for any other kind."""
    fields = facts.fields
    pre = str(fields.get("tokenizer.ggml.pre", "default"))
    if fields.get("tokenizer.ggml.model") != "gpt2" or pre not in ("gpt-2", "smollm", "llama-bpe", "qwen2"):
        raise JobError(
            "unsupported_model",
            f"The tokenizer of this GGUF file ({fields.get('tokenizer.ggml.model')}, {pre}) cannot be read from it.",
            "Import the model's Hugging Face folder instead; it has the tokenizer itself.",
        )
    tokens: list[str] = fields["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ", 1)) for pair in fields["tokenizer.ggml.merges"]]
    raw = Tokenizer(
        models.BPE(
            vocab={token: index for index, token in enumerate(tokens)},
            merges=merges,
            ignore_merges=pre == "llama-bpe",
        )
    )
    if pre == "qwen2":
        raw.normalizer = normalizers.NFC()
    raw.pre_tokenizer = split_of(pre)
    raw.decoder = decoders.ByteLevel()
    kinds: list[int] = fields["tokenizer.ggml.token_type"]
    special = [token for token, kind in zip(tokens, kinds) if kind == CONTROL]
    raw.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    defined = [token for token, kind in zip(tokens, kinds) if kind == USER_DEFINED]
    raw.add_tokens([AddedToken(token, special=False, normalized=False) for token in defined])
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        chat_template=facts.template,
        clean_up_tokenization_spaces=False,
        model_max_length=facts.context_length,
        **named_tokens(facts, tokens),
    )


def split_of(pre: str) -> Any:
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    if pre == "gpt-2":
        return byte_level
    if pre == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    pattern = Regex(LLAMA3_SPLIT if pre == "llama-bpe" else QWEN2_SPLIT)
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, "isolated"), bytes_only])


def named_tokens(facts: GgufFacts, tokens: list[str]) -> dict[str, str]:
    """The tokens that have a role, by the ids that the file gives them."""
    ids = {
        "bos_token": facts.fields.get("tokenizer.ggml.bos_token_id"),
        "eos_token": facts.fields.get("tokenizer.ggml.eos_token_id"),
        "unk_token": facts.fields.get("tokenizer.ggml.unknown_token_id"),
        "pad_token": facts.fields.get("tokenizer.ggml.padding_token_id"),
    }
    return {name: tokens[int(index)] for name, index in ids.items() if index is not None}
