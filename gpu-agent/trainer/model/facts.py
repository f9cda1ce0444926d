"""What is known of an imported model, in the shape of the protocol's ModelFacts."""

import hashlib
from typing import Any

from tokenizers import Tokenizer, models
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from model.chosen_template import TEMPLATES
from model.gguf_file import GgufFacts


def describe(
    origin: str, file: GgufFacts, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> dict[str, Any]:
    """Of a model that transformers reads."""
    shape = model.config
    template = tokenizer.chat_template
    return {
        "source": origin,
        "license": file.license,
        "architecture": (shape.architectures or [file.architecture])[0],
        "parameters": model.num_parameters(),
        "layers": getattr(shape, "num_hidden_layers", None),
        "hiddenSize": getattr(shape, "hidden_size", None),
        "contextTokens": file.context_length,
        "vocabulary": len(tokenizer),
        "quantization": file.file_type,
        **describe_template(template if isinstance(template, str) else None, tokenizer),
        "endToken": tokenizer.eos_token,
    }


def describe_file(origin: str, file: GgufFacts) -> dict[str, Any]:
    """Of a model that only llama.cpp reads: what its GGUF file says."""
    fields, tokens = file.fields, file.fields.get("tokenizer.ggml.tokens", [])
    end = fields.get("tokenizer.ggml.eos_token_id")
    renderer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.BPE()),
        chat_template=file.template,
        bos_token="<s>",
        eos_token="</s>",
    )
    return {
        "source": origin,
        "license": file.license,
        "architecture": file.architecture,
        "parameters": file.parameters,
        "layers": fields.get(f"{file.architecture}.block_count"),
        "hiddenSize": fields.get(f"{file.architecture}.embedding_length"),
        "contextTokens": file.context_length,
        "vocabulary": len(tokens),
        "quantization": file.file_type,
        **describe_template(file.template, renderer),
        "endToken": tokens[end] if isinstance(end, int) and end < len(tokens) else None,
    }


def describe_template(text: str | None, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    return {
        "template": text,
        "chatTemplate": next((name for name, source in TEMPLATES.items() if source == text), "own"),
        "templateSha256": hashlib.sha256(text.encode()).hexdigest() if text else None,
        "systemRole": text is not None and takes_system(tokenizer),
    }


def takes_system(tokenizer: PreTrainedTokenizerFast) -> bool:
    """Whether the template writes a system message at all: some refuse one, some leave it out."""
    messages = [{"role": "system", "content": "palate-system"}, {"role": "user", "content": "x"}]
    try:
        return "palate-system" in str(tokenizer.apply_chat_template(messages, tokenize=False))
    except Exception:  # a template says no in its own words
        return False
