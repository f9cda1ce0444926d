"""Hugging Face weights to GGUF: a Llama-architecture model, or a LoRA adapter on one. Models in F16, adapters in F32.

llama.cpp rotates neighboring pairs of a head's dimensions, transformers its two halves, so the rows of q and k
are reordered (llama.cpp, convert_hf_to_gguf.py, LlamaModel.permute). Of a LoRA only B has those rows.
"""

import json
import math
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from safetensors.torch import load_file
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from job.job import Job, JobError
from model.llama_cpp import convert_adapter, find_runtime
from model.tokenizer import load_tokenizer
from process import events
from process.stop import StopFlag

Array = np.ndarray[Any, np.dtype[Any]]
NAMES = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 256)


def permute(rows: Array, heads: int) -> Array:
    """Reorder the rows of a (heads * head_dim, n) matrix from halves to neighboring pairs."""
    return (
        rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)
    )


def architectures(folder: Path) -> list[str]:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return list(config.get("architectures") or [])


def is_llama(folder: Path) -> bool:
    return architectures(folder) == ["LlamaForCausalLM"]


def read_config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config.get("architectures") != ["LlamaForCausalLM"]:
        raise JobError(
            "unsupported_model",
            f"Only Llama models can be exported, and this is {config.get('architectures')}.",
            "Choose a base model of the Llama architecture.",
        )
    return config


def heads_of(name: str, config: dict[str, Any]) -> int:
    """How many heads a weight's rows hold; 0 where the rows are no heads to be rotated."""
    if re.search(r"\.q_proj\b", name):
        return int(config["num_attention_heads"])
    return int(config["num_key_value_heads"]) if re.search(r"\.k_proj\b", name) else 0


def gguf_name(name: str) -> str:
    mapped = NAMES.get_name(name, try_suffixes=(".weight", ".bias"))
    if mapped is None:
        raise JobError(
            "unsupported_model", f"The weight {name} has no place in a GGUF file.", "Use a Llama model."
        )
    return str(mapped)


def as_float(tensor: torch.Tensor, narrow: bool) -> Array:
    """Matrices as F16, norms as F32, as llama.cpp expects them."""
    array: Array = tensor.float().numpy()
    return array.astype(np.float16) if narrow else array


def add_tokenizer(writer: gguf.GGUFWriter, folder: Path) -> None:
    """The byte-level BPE as llama.cpp's `gpt2` model with the `gpt-2` pre-tokenizer; a BOS is the template's to write."""
    raw = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer = load_tokenizer(folder)
    specials = {entry["id"] for entry in raw["added_tokens"] if entry["special"]}
    tokens = [tokenizer.convert_ids_to_tokens(index) for index in range(len(tokenizer))]
    kinds = [
        gguf.TokenType.CONTROL if index in specials else gguf.TokenType.NORMAL for index in range(len(tokens))
    ]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in raw["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    if tokenizer.bos_token_id is not None:
        writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    if isinstance(tokenizer.chat_template, str):
        writer.add_chat_template(re.sub(r"{%-?\s*(end)?generation\s*-?%}", "", tokenizer.chat_template))


def export_model(folder: Path, target: Path) -> None:
    """Write a Hugging Face Llama folder as one GGUF file. Tied embeddings are stored once."""
    config = read_config(folder)
    heads = int(config["num_attention_heads"])
    writer = gguf.GGUFWriter(None, "llama")
    writer.add_name("Palate starter")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config.get("head_dim") or config["hidden_size"] // heads)
    writer.add_rope_freq_base(float((config.get("rope_parameters") or config)["rope_theta"]))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    add_tokenizer(writer, folder)
    for name, tensor in sorted(load_file(folder / "model.safetensors").items()):
        if name == "lm_head.weight" and config.get("tie_word_embeddings"):
            continue
        array = as_float(tensor, narrow=tensor.dim() == 2)
        rows = heads_of(name, config)
        writer.add_tensor(gguf_name(name), permute(array, rows) if rows else array)
    write_file(writer, target)


def gguf_alpha(settings: dict[str, Any]) -> float:
    """llama.cpp scales by alpha / rank; a rank-stabilised LoRA by alpha / sqrt(rank) (Kalajdzievski 2023)."""
    alpha = float(settings["lora_alpha"])
    return alpha * math.sqrt(settings["r"]) if settings.get("use_rslora") else alpha


def export_adapter(base: Path, adapter: Path, target: Path, stop: StopFlag) -> None:
    """Write a PEFT LoRA as a GGUF adapter of the base in `base`: a Llama's here, any other with llama.cpp's converter.
    llama.cpp divides alpha by the rank."""
    if not is_llama(base):
        return convert_other(base, adapter, target, stop)
    config = read_config(base)
    settings = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(None, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", gguf_alpha(settings))
    for name, tensor in sorted(load_file(adapter / "adapter_model.safetensors").items()):
        weight, side = lora_place(name, config)
        # F32: the matrices are small, and llama.cpp rounds what it multiplies with an F16 matrix to F16 as well.
        array = as_float(tensor, narrow=False)
        rows = heads_of(weight, config) if side == "B" else 0
        array = permute(array, rows) if rows else array
        writer.add_tensor(f"{gguf_name(weight)}.lora_{side.lower()}", np.ascontiguousarray(array))
    write_file(writer, target)


def lora_place(name: str, config: dict[str, Any]) -> tuple[str, str]:
    """The weight that a matrix of an adapter changes, and which of the two it is. Raises `JobError` where a GGUF adapter has
    no place for it."""
    match = re.fullmatch(r"base_model\.model\.(.+)\.lora_(A|B)\.weight", name)
    is_tied = match is not None and match[1] == "lm_head" and config.get("tie_word_embeddings")
    if match is None or is_tied:
        why = "its head is its embedding" if is_tied else "it is no LoRA matrix"
        raise JobError(
            "unsupported_model",
            f"The adapter's {name} cannot be served on this model: {why}.",
            "Remove that layer from the target modules.",
        )
    gguf_name(f"{match[1]}.weight")
    return f"{match[1]}.weight", match[2]


def convert_other(base: Path, adapter: Path, target: Path, stop: StopFlag) -> None:
    """llama.cpp's converter reads `lora_alpha` alone, so that it gets a copy with the alpha that means the same."""
    copy = target.with_name("adapter.converting")
    shutil.copytree(adapter, copy, dirs_exist_ok=True)
    settings = json.loads((copy / "adapter_config.json").read_text(encoding="utf-8"))
    settings = {**settings, "lora_alpha": gguf_alpha(settings), "use_rslora": False}
    (copy / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    convert_adapter(find_runtime(), base, copy, target, stop)
    shutil.rmtree(copy)


def write_file(writer: gguf.GGUFWriter, target: Path) -> None:
    """Write beside the target, then rename: a reader never meets half a file."""
    partial = target.with_suffix(".partial")
    writer.write_header_to_file(partial)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(target)


def round_to_half(parameters: Iterable[torch.Tensor]) -> None:
    """Round finished weights, in place, to what F16 can hold: the safetensors and the GGUF then hold the same numbers,
    and what transformers evaluates is what llama.cpp serves."""
    with torch.no_grad():
        for weight in parameters:
            weight.copy_(weight.half().to(weight.dtype))


def announce(job: Job, role: str, path: Path) -> None:
    """One artifact event for each file at or under a path."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            events.artifact(role, file, job.work_dir)


def write_model(job: Job, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
    """A whole model as a Hugging Face folder and as GGUF, every file announced."""
    folder = job.output("output/hf/config.json").parent
    model.to("cpu").eval()
    round_to_half(model.parameters())
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    gguf = job.output("output/model-f16.gguf")
    export_model(folder, gguf)
    announce(job, "hf", folder)
    announce(job, "gguf", gguf)


if __name__ == "__main__":
    export_model(Path(sys.argv[1]), Path(sys.argv[2]))
