"""The most memory that a part of the training bench needed."""

import ctypes
import gc
import sys
import threading

import psutil
import torch


class Peak:
    """CUDA: the allocator's peak. CPU: the resident set, sampled every 5 ms, over what it was before."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def __enter__(self) -> "Peak":
        gc.collect()
        give_back_freed()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
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


def give_back_freed() -> None:
    """Have the C library return what earlier arms freed, or this arm would use it and seem to need nothing."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
