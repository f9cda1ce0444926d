"""Small parts of a training step: its rows, its sums, its randomness, its memory."""

import resource
from typing import Any

import torch
from datasets import Dataset

from process.stop import Canceled


class StepAbandoned(Canceled):
    """SIGTERM came inside a step: nothing of the step counts, the weights are those after the last whole step. Outside
    the training loop it ends a run that has taken no step."""

    def __init__(self) -> None:
        super().__init__({"steps": 0.0})


def rows_dataset(first: int, count: int) -> Dataset:
    """TRL wants a dataset; ours holds the numbers of rows that the trainer keeps itself."""
    return Dataset.from_dict({"row": list(range(first, first + count))})


def collate_rows(examples: list[dict[str, int]]) -> dict[str, torch.Tensor]:
    return {"rows": torch.tensor([example["row"] for example in examples])}


def add_up(figures: dict[str, Any], more: dict[str, Any]) -> None:
    for name, value in more.items():
        figures[name] = figures.get(name, 0) + value


def read_figures(figures: dict[str, Any]) -> dict[str, float]:
    """All of a step's sums as numbers, in one transfer from the device."""
    names = [name for name, value in figures.items() if isinstance(value, torch.Tensor)]
    if not names:
        return figures
    read = torch.stack([figures[name].double() for name in names]).tolist()
    return {**figures, **dict(zip(names, read))}


def padding_of(lengths: list[int]) -> int:
    """Tokens that a right-padded batch of these sequences would add."""
    return max(lengths) * len(lengths) - sum(lengths)


def random_state(device: torch.device) -> tuple[torch.Tensor, torch.Tensor | None]:
    return torch.get_rng_state(), torch.cuda.get_rng_state(device) if device.type == "cuda" else None


def restore_random(state: tuple[torch.Tensor, torch.Tensor | None], device: torch.device) -> None:
    torch.set_rng_state(state[0])
    if state[1] is not None:
        torch.cuda.set_rng_state(state[1], device)


def empty_cache(device: torch.device) -> None:
    """Return what the allocator keeps, so that one large piece can be allocated next."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def is_out_of_memory(error: RuntimeError) -> bool:
    """CUDA has an error class for it; the allocator of a CPU says it in the message only."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def is_quantized(causal: Any) -> bool:
    return bool(getattr(causal, "is_loaded_in_4bit", False))


def peak_memory(device: torch.device) -> int:
    """CUDA: the allocator's peak. CPU: the process's largest resident set, everything loaded included."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
