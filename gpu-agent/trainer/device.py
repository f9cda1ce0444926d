"""Which device and which precision a run uses, decided by what the hardware can do and never by a timing."""

import random

import numpy as np
import torch


def choose_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_fast_bf16(device: torch.device) -> bool:
    """CPUs without AMX or AVX512-BF16 emulate bf16, measured three times slower than fp32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def set_threads(threads: int) -> None:
    """Threads for the arithmetic; two trainers at once on two cores run ten times slower, so the agent queues."""
    torch.set_num_threads(threads)


def seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
