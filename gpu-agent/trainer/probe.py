"""Measures the machine: how fast it multiplies matrices, moves memory, and writes and reads its disk.

What lies between the machine and the hub is measured by the agent, which alone may talk to it.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from job.job import Job, ProbeConfig
from process import events
from process.device import choose_device, compute_type
from process.stop import Canceled, StopFlag
from run.lifecycle import run_job

ROUNDS = 3
ROUND_SECONDS = 0.7
CHUNK = 4 * 2**20


def best_rate(
    work: Callable[[], None],
    amount: float,
    device: torch.device,
    stop: StopFlag | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """`amount` a second of repeated work, in the best of a few rounds: other work on the machine only slows it."""
    best = 0.0
    work()  # the first call pays for what is made once
    for _ in range(ROUNDS):
        wait_for(device)
        began, done = clock(), 0
        while done == 0 or clock() - began < ROUND_SECONDS:
            work()
            wait_for(device)
            done += 1
            if stop is not None and stop.is_set:
                raise Canceled({})
        best = max(best, done * amount / (clock() - began))
    return best


def wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def matrix_rate(
    size: int,
    device: torch.device,
    stop: StopFlag | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, str]:
    """FLOP/s of a product of square matrices, 2n³ each, in the precision that a training takes here."""
    dtype = compute_type(device)
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    out = torch.empty_like(left)

    def multiply() -> None:
        torch.matmul(left, right, out=out)

    return best_rate(
        multiply, 2.0 * size**3, device, stop, clock
    ), "bf16" if dtype == torch.bfloat16 else "fp32"


def matrix_size(device: torch.device) -> int:
    """Rows of the matrices that keep a device busy."""
    return 8192 if device.type == "cuda" else 1024


def memory_rate(size_bytes: int, device: torch.device, stop: StopFlag) -> float:
    """Bytes a second of a large copy, read and written bytes both counted."""
    source = torch.zeros(size_bytes // 4, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)

    return best_rate(copy, 2.0 * source.numel() * 4, device, stop)


def disk_rates(folder: Path, size_bytes: int) -> tuple[float, float]:
    """Bytes a second that reach the disk itself, and that come back from it where the system lets go of its copy."""
    file = folder / "probe.bin"
    chunk = os.urandom(CHUNK)
    try:
        with file.open("wb", buffering=0) as handle:
            began, written = time.perf_counter(), 0
            while written < size_bytes:
                written += handle.write(chunk[: size_bytes - written])
            os.fsync(handle.fileno())
            writing = written / (time.perf_counter() - began)
            with contextlib.suppress(AttributeError, OSError):
                os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with file.open("rb", buffering=0) as handle:
            began = time.perf_counter()
            while handle.read(CHUNK):
                pass
            return writing, size_bytes / (time.perf_counter() - began)
    finally:
        file.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """Measure, report, and return the same as the run's results."""
    config = job.config
    assert isinstance(config, ProbeConfig)
    device = choose_device()
    large = device.type == "cuda"
    events.progress(0, 3, "matrices")
    flops, precision = matrix_rate(config.matrix_size or matrix_size(device), device, stop)
    events.progress(1, 3, "memory")
    memory = memory_rate(2**30 if large else 128 * 2**20, device, stop)
    events.progress(2, 3, "disk")
    size = min(config.disk_bytes or 256 * 2**20, free_bytes(job.work_dir) // 10)
    writing, reading = disk_rates(job.work_dir, max(CHUNK, size))
    events.progress(3, 3, "disk")
    events.probe(flops, precision, memory, writing, reading)
    return {
        "teraflops": flops / 1e12,
        "memory_gigabytes_per_second": memory / 1e9,
        "disk_write_megabytes_per_second": writing / 1e6,
        "disk_read_megabytes_per_second": reading / 1e6,
    }


if __name__ == "__main__":
    sys.exit(run_job("probe", train))
