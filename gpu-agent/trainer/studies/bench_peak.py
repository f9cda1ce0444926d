"""The most memory that a part of the training bench needed, and the most that its device can compute."""

import ctypes
import gc
import re
import sys
import threading
import time
from dataclasses import dataclass

import psutil
import torch

from job.generated import DEVICE_PEAKS
from probe import matrix_rate, matrix_size


class Peak:
    """CUDA: the allocator's peak. CPU: the resident set, sampled every 5 ms, over what it was before."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def __enter__(self) -> "Peak":
        release(self.device)
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        self.process = psutil.Process()
        self.before = self.process.memory_info().rss
        self.most, self.done = self.before, threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()
        return self

    def sample(self) -> None:
        while not self.done.wait(0.005):
            self.most = max(self.most, self.process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    @property
    def bytes(self) -> int:
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        return self.most - self.before


def release(device: torch.device) -> None:
    """Have what earlier arms freed given back, or this arm would use it and seem to need nothing, and one in a process
    of its own would not get it."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
    if device.type == "cuda":
        torch.cuda.empty_cache()


def clock(device: torch.device) -> float:
    """Seconds. On a CPU those that this process had the processor: other work on the machine is no part of it."""
    return time.perf_counter() if device.type == "cuda" else time.process_time()


@dataclass(frozen=True)
class ComputePeak:
    """FLOP/s, and where the figure is from."""

    flops: float
    source: str


def known_peak(device_name: str) -> float | None:
    """FLOP/s from the data sheet, None for a device that is not in the table."""
    for name, teraflops in DEVICE_PEAKS:
        if re.search(rf"\b{re.escape(name)}(?![0-9A-Za-z])", device_name, re.IGNORECASE):
            return teraflops * 1e12
    return None


def find_peak(device: torch.device) -> ComputePeak:
    """A GPU's from its data sheet; where there is none, and on a CPU, that of a product of matrices, as the agent
    measures it, but by the clock of the bench."""
    known = known_peak(torch.cuda.get_device_name(device)) if device.type == "cuda" else None
    if known is not None:
        return ComputePeak(known, "data sheet, bf16")
    rate, precision = matrix_rate(matrix_size(device), device, clock=lambda: clock(device))
    return ComputePeak(rate, f"measured, {precision}")
