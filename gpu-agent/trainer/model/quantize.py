"""The frozen base in 4 bits: NF4 with double quantization (Dettmers 2023, QLoRA), by bitsandbytes, on CPU and CUDA."""

from typing import Any

import torch
from torch import nn
from transformers import BitsAndBytesConfig


def nf4_config(compute: torch.dtype) -> BitsAndBytesConfig:
    """How transformers loads a base in NF4; the multiplications are done in `compute`."""
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute,
        bnb_4bit_quant_storage=torch.uint8,
    )


def to_nf4(linear: nn.Linear, device: torch.device) -> nn.Module:
    """A frozen linear layer with the same weights in NF4."""
    import bitsandbytes as bnb

    small = bnb.nn.Linear4bit(
        linear.in_features,
        linear.out_features,
        bias=linear.bias is not None,
        compute_dtype=linear.weight.dtype,
        compress_statistics=True,
        quant_type="nf4",
    )
    small.weight = bnb.nn.Params4bit(
        linear.weight.data.cpu(), requires_grad=False, compress_statistics=True, quant_type="nf4"
    )
    if linear.bias is not None:
        small.bias = nn.Parameter(linear.bias.data, requires_grad=False)
    return small.to(device)


def quantize_base(causal: Any, device: torch.device) -> int:
    """Replace the frozen linear layers of a model in place, those under adapters included, one at a time; the output
    head stays as it is. Returns how many were replaced."""
    head = causal.get_output_embeddings()
    count = 0
    for parent in list(causal.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear and child is not head and not name.startswith("lora_"):
                if any(weight.requires_grad for weight in child.parameters()) or is_adapter(parent):
                    continue
                setattr(parent, name, to_nf4(child, device))
                count += 1
    return count


def is_adapter(parent: nn.Module) -> bool:
    """Whether a module holds an adapter's own matrices (PEFT keeps them in dictionaries by adapter name)."""
    return isinstance(parent, nn.ModuleDict)
