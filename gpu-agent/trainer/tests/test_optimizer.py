"""The optimizer as a setting: bitsandbytes' 8-bit AdamW trains on a CPU, and its state survives a checkpoint."""

from pathlib import Path
from typing import Any

import bitsandbytes
import pytest
import torch
from conftest import Event, Inside, losses, of
from test_runs import pair_row, prepare, rows

# The smallest matrix has 128 by 64 numbers; below 4096, bitsandbytes keeps the state in float32.
CONFIG = {"loraRank": 128, "loraAlpha": 128, "checkpointEvery": 2, "learningRate": 0.001}


def job(work: Path, model: Path, config: dict[str, Any], **more: Any) -> dict[str, Any]:
    return prepare(work, model, "dpo", "pairs", rows(16, pair_row), {**CONFIG, **config}, **more)


def warnings_of(lines: list[Event]) -> list[str]:
    return [line["text"] for line in of(lines, "log") if line["level"] == "warn"]


@pytest.mark.parametrize("optimizer", ["adamw_8bit", "paged_adamw_8bit"])
def test_8_bit_adamw_trains_on_a_cpu(inside: Inside, tmp_path: Path, model: Path, optimizer: str) -> None:
    whole = inside("train_dpo.py", job(tmp_path / "whole", model, {"optimizer": optimizer}))
    assert of(whole, "run-end")[0]["status"] == "finished"
    paged = [text for text in warnings_of(whole) if "paged_adamw_8bit" in text]
    assert len(paged) == (1 if optimizer == "paged_adamw_8bit" else 0)

    checkpoint = tmp_path / "whole" / "checkpoints" / "checkpoint-6"
    state = torch.load(checkpoint / "optimizer.pt", weights_only=True)["state"]
    moments = [parameter["__bnb_optimizer_quant_state__"]["state1"] for parameter in state.values()]
    assert {moment.dtype for moment in moments if moment.numel() >= 4096} == {torch.uint8}


def test_the_8_bit_state_survives_a_checkpoint(tmp_path: Path) -> None:
    """A step after loading the state is the step that would have followed."""
    torch.manual_seed(1)
    weight = torch.nn.Parameter(torch.randn(128, 64))
    gradients = torch.randn(4, 128, 64)

    def step(target: torch.nn.Parameter, optimizer: Any, number: int) -> None:
        target.grad = gradients[number].clone()
        optimizer.step()

    first = bitsandbytes.optim.AdamW8bit([weight], lr=0.01)
    for number in range(3):
        step(weight, first, number)
    copy = torch.nn.Parameter(weight.detach().clone())
    torch.save(first.state_dict(), tmp_path / "optimizer.pt")
    second = bitsandbytes.optim.AdamW8bit([copy], lr=0.01)
    second.load_state_dict(torch.load(tmp_path / "optimizer.pt", weights_only=True))
    step(weight, first, 3)
    step(copy, second, 3)
    assert torch.equal(weight, copy)


def test_the_optimizer_changes_the_training(inside: Inside, tmp_path: Path, model: Path) -> None:
    plain = losses(inside("train_dpo.py", job(tmp_path / "plain", model, {})))
    small = losses(inside("train_dpo.py", job(tmp_path / "small", model, {"optimizer": "adamw_8bit"})))
    assert plain[1] == small[1]
    assert list(plain.values()) != list(small.values())
    assert list(small.values()) == pytest.approx(list(plain.values()), rel=0.1)


def test_half_an_epoch_and_a_fractional_alpha(inside: Inside, tmp_path: Path, model: Path) -> None:
    lines = inside("train_dpo.py", job(tmp_path, model, {"epochs": 0.5, "loraAlpha": 0.5, "sampleEvery": 0}))
    assert of(lines, "run-start")[0]["totalSteps"] == 2
    assert of(lines, "run-end")[0]["status"] == "finished"
    assert of(lines, "sample") == []
