"""The probe on this machine: figures that a machine can have, and nothing left behind."""

import time
from pathlib import Path

import torch
from conftest import Inside, job_of, of

from probe import best_rate


class Never:
    is_set = False


def test_a_rate_is_the_amount_over_the_time_of_the_best_round() -> None:
    rate = best_rate(lambda: time.sleep(0.05), 10.0, torch.device("cpu"), Never())  # type: ignore[arg-type]
    assert 0 < rate <= 200  # a sleep is never shorter than it says


def test_a_probe_measures_this_machine(tmp_path: Path, inside: Inside) -> None:
    lines = inside("probe.py", job_of("probe", tmp_path, {}, {"matrixSize": 256, "diskBytes": 2**22}))
    rates = of(lines, "probe")[0]
    assert rates["precision"] in ("bf16", "fp32")
    assert 1e8 < rates["flopsPerSecond"] < 1e15
    assert 1e8 < rates["memoryBytesPerSecond"] < 1e13
    assert rates["diskWriteBytesPerSecond"] > 1e5
    assert rates["diskReadBytesPerSecond"] > 1e5
    assert rates["hubRoundTripMs"] is None
    assert lines[-1]["status"] == "finished"
    assert lines[-1]["results"]["teraflops"] == rates["flopsPerSecond"] / 1e12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.json"]
