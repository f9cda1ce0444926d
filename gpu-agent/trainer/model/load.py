"""A model from a folder into memory: in which precision, on which device, and with which adapter."""

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, PreTrainedModel

from job.job import Job, JobError, LoraSettings, SftConfig
from model.quantize import nf4_config
from process.device import auto_precision, choose_device, compute_type


def load_model(
    folder: Path,
    adapter: Path | None = None,
    dtype: torch.dtype = torch.float32,
    quantization: Any = None,
    device: torch.device | None = None,
) -> PreTrainedModel:
    """Load weights from safetensors in a local folder, with an adapter on top where there is one. A quantized model
    goes onto its device at once."""
    placed = {"quantization_config": quantization, "device_map": {"": device}} if quantization else {}
    model = AutoModelForCausalLM.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=dtype, **placed
    )
    if not adapter:
        return model
    return PeftModel.from_pretrained(model, adapter)


def settle_precision(config: LoraSettings, device: torch.device) -> str:
    """fp32, bf16 or nf4: what the setting says, or what is best on the device."""
    return auto_precision(device)[0] if config.precision == "auto" else config.precision


def load_base(folder: Path, precision: str, device: torch.device, frozen: bool) -> PreTrainedModel:
    """The base as it will be trained on. Under bf16 a frozen base is kept in bf16, so that no step casts it again (on a
    CPU with such instructions 1.6 times as fast); trained weights are always fp32."""
    if precision == "nf4":
        compute = compute_type(device)
        return load_model(folder, dtype=compute, quantization=nf4_config(compute), device=device)
    halved = precision == "bf16" and frozen
    return load_model(folder, dtype=torch.bfloat16 if halved else torch.float32)


def load_trainable(job: Job, config: LoraSettings) -> tuple[PreTrainedModel, LoraConfig | None]:
    """The base and the LoRA for the trainer to put on it; or the given adapter, trainable, and None. With full weights
    the base alone, in float32."""
    device = choose_device()
    full_weights = isinstance(config, SftConfig) and config.full_weights
    if full_weights and "adapter" in job.inputs:
        raise JobError(
            "bad_job",
            "Full weights cannot be trained under an adapter.",
            "Merge the adapter first, or train a LoRA.",
        )
    base = load_base(job.inputs["model"], settle_precision(config, device), device, frozen=not full_weights)
    if full_weights:
        return base, None
    if "adapter" in job.inputs:
        return PeftModel.from_pretrained(base, job.inputs["adapter"], is_trainable=True), None
    return base, LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        target_modules=list(config.target_modules),
        use_rslora=config.lora_rslora,
        use_dora=config.lora_dora,
        task_type="CAUSAL_LM",
    )
