"""Reads a GGUF file: what it says of itself, and its tokenizer as transformers needs it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
from transformers import PreTrainedTokenizerFast

from job.job import JobError
from model.gguf_reader import QuickReader
from model.gguf_tokenizer import make_tokenizer


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
        reader = QuickReader(path)
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
    """The file's tokenizer, token for token as llama.cpp reads it; raises `JobError` for a kind that is not known."""
    return PreTrainedTokenizerFast(
        tokenizer_object=make_tokenizer(facts.fields),
        chat_template=facts.template,
        clean_up_tokenization_spaces=False,
        model_max_length=facts.context_length,
        **named_tokens(facts, facts.fields["tokenizer.ggml.tokens"]),
    )


def named_tokens(facts: GgufFacts, tokens: list[str]) -> dict[str, str]:
    """The tokens that have a role, by the ids that the file gives them."""
    ids = {
        "bos_token": facts.fields.get("tokenizer.ggml.bos_token_id"),
        "eos_token": facts.fields.get("tokenizer.ggml.eos_token_id"),
        "unk_token": facts.fields.get("tokenizer.ggml.unknown_token_id"),
        "pad_token": facts.fields.get("tokenizer.ggml.padding_token_id"),
    }
    return {name: tokens[int(index)] for name, index in ids.items() if index is not None}
