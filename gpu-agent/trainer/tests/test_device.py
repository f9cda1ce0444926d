"""The precision of `auto` on processors of either kind."""

import pytest
import torch

from process.device import auto_precision, compute_type

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
