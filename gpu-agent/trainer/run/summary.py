"""What an attempt cost, measured by the trainer and reported with its run-end.

Only measurements stand here. What follows from them and from the model's shape (FLOPs, utilization) or from the
agent's price (cost) is computed where it is shown. A figure that was not measured is absent, never 0.
"""

import ctypes
import resource
import sys
import time
from dataclasses import asdict
from typing import Any

import psutil
import torch

from engine.counters import EngineCounters
from job.job import camel
from process import ranks

# The engine's counters that a summary shows, under the summary's names.
COUNTERS = {
    "attention": "attention", "precision": "precision", "memory_plan": "memoryPlan", "gradient_checkpointing": "checkpointing",
    "prefix_sharing": "prefix_sharing", "useful_tokens": "useful_tokens", "scored_tokens": "scored_tokens",
    "padding_avoided": "padding_avoided", "ref_hits": "reference_hits", "ref_misses": "reference_misses",
    "seconds": "train_seconds",
}  # fmt: skip

_open: "Meter | None" = None


class Meter:
    """Measures from the start of the process, its imports counted, to its end; `notes` are figures that only the
    training loop knows."""

    def __init__(self) -> None:
        self.began = psutil.Process().create_time()
        self.energy_before = gpu_energy_joules()
        self.notes: dict[str, Any] = {}

    def read(self) -> dict[str, Any]:
        """The summary as it stands now, in the words of the protocol."""
        figures: dict[str, Any] = {
            "seconds": max(0.0, time.time() - self.began),
            "device": device_name(),
            "peak_memory_bytes": peak_memory_bytes(),
            **self.notes,
        }
        useful, seconds = figures.get("useful_tokens"), figures.get("train_seconds")
        if useful and seconds:
            figures["useful_tokens_per_second"] = useful / seconds
        energy = gpu_energy_joules()
        if energy is not None and self.energy_before is not None:
            figures["energy_joules"] = energy - self.energy_before
        return {camel(name): value for name, value in figures.items() if value is not None}


def begin() -> None:
    """Start measuring; a process works off one job, so there is one meter."""
    global _open
    _open = Meter()


def note(**figures: Any) -> None:
    """Figures of the protocol's `RunSummary` in snake case; a later value of the same name replaces the earlier one."""
    if _open is not None:
        _open.notes.update(figures)


def note_counters(counters: EngineCounters) -> None:
    """What the engine counted; call it when training ends, also when it was canceled."""
    counted = asdict(counters)
    note(**{name: counted[ours] for ours, name in COUNTERS.items()})


def read() -> dict[str, Any] | None:
    """The summary, or None where measuring never began, or where the device no longer answers after a failure."""
    try:
        return _open.read() if _open else None
    except RuntimeError:
        return None


def device_name() -> str | None:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def peak_memory_bytes() -> int:
    """On a GPU what the allocator held at most, on a CPU the greatest resident size of the process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def gpu_energy_joules() -> float | None:
    """Energy that this process's GPU has used since its driver was loaded, where NVML reports it (Volta and newer).

    NVML is called directly (nvmlDeviceGetTotalEnergyConsumption, millijoules): its Python package is no more than
    these four calls, and nvidia-smi shows the power of a moment only. Other work on the same GPU counts along. A run on
    several GPUs has no figure: one of them is not the run.
    """
    if not torch.cuda.is_available() or ranks.world() > 1:
        return None
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None
    handle, energy = ctypes.c_void_p(), ctypes.c_ulonglong()
    uuid = f"GPU-{torch.cuda.get_device_properties(torch.cuda.current_device()).uuid}".encode()
    was_read = (
        nvml.nvmlInit_v2() == 0
        and nvml.nvmlDeviceGetHandleByUUID(ctypes.c_char_p(uuid), ctypes.byref(handle)) == 0
        and nvml.nvmlDeviceGetTotalEnergyConsumption(handle, ctypes.byref(energy)) == 0
    )
    return energy.value / 1000 if was_read else None
