"""The precision of `auto` on processors of either kind, and threads on machines of any size."""

import io
import json
import os
from pathlib import Path

import pytest
import torch

from process import device
from process.device import auto_precision, compute_type, set_threads, usable_cores

CPU = torch.device("cpu")


@pytest.mark.parametrize("instructions", [True, False])
def test_a_cpu_trains_in_float32_with_bf16_instructions_or_without(
    monkeypatch: pytest.MonkeyPatch, instructions: bool
) -> None:
    monkeypatch.delenv("PALATE_TRAINER_BF16", raising=False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: instructions)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: instructions)
    assert auto_precision(CPU)[0] == "fp32"
    assert compute_type(CPU) == torch.float32


@pytest.mark.parametrize(("wish", "precision"), [("on", "bf16"), ("off", "fp32")])
def test_a_switch_sets_the_precision(monkeypatch: pytest.MonkeyPatch, wish: str, precision: str) -> None:
    monkeypatch.setenv("PALATE_TRAINER_BF16", wish)
    assert auto_precision(CPU) == (precision, f"PALATE_TRAINER_BF16 is {wish}")


@pytest.mark.parametrize(("supported", "precision"), [(True, "bf16"), (False, "fp32")])
def test_a_gpu_trains_in_bf16_where_it_can(
    monkeypatch: pytest.MonkeyPatch, supported: bool, precision: str
) -> None:
    monkeypatch.delenv("PALATE_TRAINER_BF16", raising=False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: supported)
    assert auto_precision(torch.device("cuda"))[0] == precision


@pytest.mark.parametrize(
    ("allowed", "quota", "cores"),
    [
        ({0}, "max 100000", 1),
        (set(range(16)), "max 100000", 16),
        (set(range(16)), "150000 100000", 2),
        ({0, 1}, None, 2),
    ],
)
def test_cores_are_those_of_the_affinity_and_of_the_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, allowed: set[int], quota: str | None, cores: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed, raising=False)
    if quota:
        (tmp_path / "cpu.max").write_text(f"{quota}\n", encoding="ascii")
    assert usable_cores(tmp_path) == cores


def test_no_more_threads_than_cores_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, reported: io.StringIO
) -> None:
    before = torch.get_num_threads()
    monkeypatch.setattr(device, "usable_cores", lambda: 1)
    try:
        set_threads(8)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
    assert "8 CPU threads are set; this process may use 1" in json.loads(reported.getvalue())["text"]
