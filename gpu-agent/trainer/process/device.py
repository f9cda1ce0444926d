"""Which device and which precision a run uses, decided by the kind of device and never by a timing."""

import math
import os
import random
from pathlib import Path

import numpy as np
import torch

from process import events


def choose_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def why_no_gpu() -> str | None:
    """What to say of a run that was given GPUs (the agent names them in CUDA_VISIBLE_DEVICES) and trains on the CPU; None
    where it has them, or was given none."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "") in ("", "-1") or torch.cuda.is_available():
        return None
    if torch.version.cuda is None:
        why = "this PyTorch was built without CUDA. Install one for the GPU; PALATE_TORCH_INDEX names its package index"
    else:
        why = f"PyTorch for CUDA {torch.version.cuda} finds no GPU. Check that nvidia-smi works and that its driver supports this CUDA"
    return f"The run was given a GPU but trains on the CPU, which is many times slower: {why}."


def auto_precision(device: torch.device) -> tuple[str, str]:
    """The precision that `auto` takes on a device, `fp32` or `bf16`, and why.

    On a CPU it is float32, with bf16 instructions or without: on one that has them (AVX512-BF16, AMX), LoRA steps of the
    starter model's shape ran at 5,182 tokens/s under bf16 autocast and 6,771 in float32, SmolLM2's at 168 and 266. Figures
    must not depend on the processor either. PALATE_TRAINER_BF16=on|off decides instead, to imitate the other kind.
    """
    wish = os.environ.get("PALATE_TRAINER_BF16", "")
    if wish in ("on", "off"):
        return ("bf16" if wish == "on" else "fp32"), f"PALATE_TRAINER_BF16 is {wish}"
    if device.type != "cuda":
        return "fp32", "float32 is the faster one on a CPU"
    if torch.cuda.is_bf16_supported():
        return "bf16", "the GPU has bf16 instructions"
    return "fp32", "the GPU has no bf16 instructions"


def compute_type(device: torch.device) -> torch.dtype:
    """The type in which quantized weights are multiplied, and half-precision work is done."""
    return torch.bfloat16 if auto_precision(device)[0] == "bf16" else torch.float32


def usable_cores(group: Path = Path("/sys/fs/cgroup")) -> int:
    """The cores that this process may use: of the machine, of its CPU affinity (taskset) and of its container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
        return max(1, min(cores, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no cgroup v2, or "max": no quota
        return cores


def set_threads(threads: int) -> None:
    """Threads for the arithmetic, but no more than cores: threads that wait for a core run ten times slower."""
    cores = usable_cores()
    torch.set_num_threads(min(threads, cores))
    if threads > cores:
        events.log_if_open(
            "info", f"{threads} CPU threads are set; this process may use {cores}, so it takes {cores}."
        )


def seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
