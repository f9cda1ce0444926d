"""One run on several devices: processes that `accelerate launch` starts, one a device, and what they agree on.

Every process has all rows of a step and works off its share; gradients and figures are added up, so that a step is the
same optimization on any number of devices. Process 0 alone reports events and writes files.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch.serialization import register_package

Item = TypeVar("Item")
BUCKET = 16 * 2**20
PR_SET_PDEATHSIG = 1


def world() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def is_main() -> bool:
    return rank() == 0


def begin() -> None:
    """The first call of a process: choose its device, and end it when its launcher ends, which is not in its session."""
    if world() == 1:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    else:
        # transformers reads a checkpoint onto "cpu:0" then, a device name that torch does not know by itself.
        register_package(15, lambda _: None, lambda storage, at: storage if at.startswith("cpu:") else None)


def share(items: list[Item]) -> list[Item]:
    """This process's part of a list that all have."""
    return items[rank() :: world()]


def device() -> torch.device:
    """Where collectives happen: NCCL knows GPUs only, gloo the CPU."""
    return torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")


def totals(values: list[float]) -> list[float]:
    """Sums over all processes, in double precision."""
    if world() == 1 or not values:
        return values
    tensor = torch.tensor(values, dtype=torch.float64, device=device())
    dist.all_reduce(tensor)
    added: list[float] = tensor.tolist()
    return added


def any_of(flag: bool) -> bool:
    """Whether it is true in one process at least; the same answer in all."""
    return totals([float(flag)])[0] > 0


def first_of(value: Item) -> Item:
    """What process 0 has."""
    if world() == 1:
        return value
    shared: list[Any] = [value]
    dist.broadcast_object_list(shared, src=0, device=device())
    first: Item = shared[0]
    return first


def gather(value: Item) -> list[Item]:
    """What each process has, in their order."""
    if world() == 1:
        return [value]
    found: list[Any] = [None] * world()
    dist.all_gather_object(found, value)
    return found


def wait() -> None:
    """Until all are here."""
    if world() > 1:
        dist.barrier()


def add_gradients(weights: Iterable[torch.nn.Parameter]) -> None:
    """Every trainable weight's gradient becomes the sum over the processes; one that had no part in it counts as zero."""
    if world() == 1:
        return
    bucket: list[torch.Tensor] = []
    for weight in weights:
        if not weight.requires_grad:
            continue
        if weight.grad is None:
            weight.grad = torch.zeros_like(weight)
        bucket.append(weight.grad)
        if sum(gradient.numel() for gradient in bucket) >= BUCKET:
            add_bucket(bucket)
            bucket = []
    add_bucket(bucket)


def add_bucket(gradients: list[torch.Tensor]) -> None:
    """One message instead of one a weight."""
    if not gradients:
        return
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    at = 0
    for gradient in gradients:
        gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
        at += gradient.numel()


def leave() -> None:
    """Leave the group; the last call of a process that did not fail."""
    if world() > 1 and dist.is_initialized():
        dist.destroy_process_group()
