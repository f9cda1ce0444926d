"""A small random model with a real tokenizer, in the files in which models are published: `python tests/published_model.py folder`.

The tokenizer is GPT-2's or Qwen 2's, out of llama.cpp's bundle, so that llama.cpp's converter knows it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from template_cases import llama_cpp
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from model.gguf_file import build_tokenizer, read_gguf

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CARD = "---\nlicense: apache-2.0\n---\n# A small model\n"
VOCABULARIES = {"qwen2": "ggml-vocab-qwen2.gguf"}
# What a family has besides its shape.
FAMILIES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "llama": (LlamaConfig, LlamaForCausalLM, {}),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, {}),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, {"head_dim": 16}),
    "mistral": (MistralConfig, MistralForCausalLM, {"sliding_window": None, "tie_word_embeddings": False}),
    "phi3": (Phi3Config, Phi3ForCausalLM, {"tie_word_embeddings": False}),
    "gemma2": (Gemma2Config, Gemma2ForCausalLM, {"head_dim": 16, "query_pre_attn_scalar": 16}),
    "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM, {"head_dim": 16, "query_pre_attn_scalar": 16}),
}


def make_published(folder: Path, kind: str = "llama", shard: str = "50GB") -> None:
    """Write its files to `folder`, the weights in shards of at most `shard`."""
    tokenizer = build_tokenizer(
        read_gguf(llama_cpp() / "models" / VOCABULARIES.get(kind, "ggml-vocab-gpt-2.gguf"))
    )
    tokenizer.chat_template = CHATML
    added = ["<|im_start|>", "<|im_end|>"]
    tokenizer.add_special_tokens({"additional_special_tokens": added})
    tokenizer.eos_token, tokenizer.pad_token, tokenizer.bos_token = "<|im_end|>", "<|im_end|>", None
    tokenizer.model_max_length = 2048
    model = make_model(kind, len(tokenizer), tokenizer.convert_tokens_to_ids("<|im_end|>"))
    model.half().save_pretrained(folder, max_shard_size=shard)
    tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text(CARD, encoding="utf-8")


def make_model(kind: str, vocabulary: int, end: int) -> PreTrainedModel:
    torch.manual_seed(3)
    shape = {
        "vocab_size": vocabulary, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 2048,
        "tie_word_embeddings": True, "eos_token_id": end, "pad_token_id": end, "bos_token_id": None,
    }  # fmt: skip
    config_type, model_type, more = FAMILIES[kind]
    model: PreTrainedModel = model_type(config_type(**{**shape, **more}))
    if kind != "llama":
        stir(model)
    return model


def stir(model: PreTrainedModel) -> None:
    """Norms and biases that are not the ones of a new model, so that one which gets lost shows."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 1:
                weight.add_(0.2 * torch.randn_like(weight))


if __name__ == "__main__":
    make_published(Path(sys.argv[1]), *sys.argv[2:])
    print(json.dumps(sorted(path.name for path in Path(sys.argv[1]).iterdir())))
