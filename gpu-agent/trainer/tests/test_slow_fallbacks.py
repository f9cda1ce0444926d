"""What makes a run slower than its device allows is a warning in its log. Out of memory: test_engine.py; the optimizer:
test_optimizer.py; which kernel of attention is refused, and why: test_attention_probe.py."""

import io
import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from conftest import job_of

from engine.attention_probe import AttentionChoice
from engine.counters import EngineCounters
from process import device
from run import arguments, lifecycle
from run.reporter import Reporter


def warnings_in(written: io.StringIO) -> list[str]:
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line["text"] for line in lines if line["type"] == "log" and line["level"] == "warn"]


@pytest.mark.parametrize(
    "reason", [None, "torch's variable-length kernel was refused: the output is 9.0% off"]
)
def test_a_slower_attention_is_a_warning_with_its_reason(reason: str | None, reported: io.StringIO) -> None:
    anything: Any = SimpleNamespace(
        eval_share=0, precision="fp32", is_set=False, keeps=lambda _: False,
        global_step=0, max_steps=4, parameters=lambda: [], num_parameters=lambda: 9, device=torch.device("cpu"),
    )  # fmt: skip
    config = SimpleNamespace(get_text_config=SimpleNamespace)
    trainer: Any = SimpleNamespace(
        counters=EngineCounters(), attention=AttentionChoice("sdpa", reason),
        args=SimpleNamespace(device=torch.device("cpu")), causal_model=lambda: SimpleNamespace(config=config),
    )  # fmt: skip
    reporter = Reporter(anything, anything, anything, anything)
    reporter.follow(trainer, None)
    reporter.on_train_begin(anything, anything, anything, model=anything)
    started = json.loads(reported.getvalue().splitlines()[0])
    assert (started["type"], started.get("attentionReason")) == ("run-start", reason)
    expected = [f"Attention by sdpa is slower than this device allows: {reason}."] if reason else []
    assert warnings_in(reported) == expected


@pytest.mark.parametrize(
    ("kind", "bf16", "warned"), [("cuda", False, 1), ("cuda", True, 0), ("cpu", False, 0)]
)
def test_a_gpu_without_bf16_is_a_warning(
    kind: str, bf16: bool, warned: int, reported: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALATE_TRAINER_BF16", raising=False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
    monkeypatch.setattr(arguments, "choose_device", lambda: torch.device(kind))
    monkeypatch.setattr(arguments, "engine_state", lambda _: {})
    config: Any = SimpleNamespace(precision="auto", micro_batch_tokens=0, gradient_checkpointing="auto")
    stop: Any = SimpleNamespace(is_set=False, agree=lambda: None)
    arguments.engine_options(config, config, stop)
    expected = "Precision: fp32 (the GPU has no bf16 instructions)."
    assert warnings_in(reported) == [expected] * warned


@pytest.mark.parametrize(
    ("given", "available", "build", "why"),
    [
        ("GPU-a", False, None, "this PyTorch was built without CUDA"),
        ("GPU-a", False, "13.0", "PyTorch for CUDA 13.0 finds no GPU"),
        ("GPU-a", True, "13.0", None),
        ("", False, "13.0", None),
        ("-1", False, "13.0", None),
        (None, False, None, None),
    ],
)
def test_a_run_that_was_given_a_gpu_and_cannot_use_it_says_so(
    given: str | None, available: bool, build: str | None, why: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    monkeypatch.setattr(torch.version, "cuda", build)
    if given is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    said = device.why_no_gpu()
    assert (said is None) == (why is None)
    assert why is None or (why in (said or "") and "trains on the CPU" in (said or ""))


def test_that_warning_is_in_the_log_of_a_run(
    tmp_path: Path, reported: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(job_of("probe", tmp_path, {}, {})), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["probe.py", str(file)])
    monkeypatch.setattr(lifecycle, "why_no_gpu", lambda: "The run was given a GPU but trains on the CPU.")
    on_term, environment = signal.getsignal(signal.SIGTERM), dict(os.environ)
    try:
        assert lifecycle.run_job("probe", lambda job, stop: {}) == 0, reported.getvalue()
    finally:
        signal.signal(signal.SIGTERM, on_term)
        os.environ.clear()
        os.environ.update(environment)
    assert warnings_in(reported) == ["The run was given a GPU but trains on the CPU."]
