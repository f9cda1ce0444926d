"""One run on two processes, as the agent starts it on two GPUs: the losses of one process, lines and written once."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from conftest import TRAINER, Event, of
from safetensors.torch import load_file
from test_runs import Here, pair_row, prepare, rows
from test_runs import here as here

import train_dpo

LAUNCH = [
    *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"),
    *("--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"),
]
# Threads and precision are those of SETTINGS. What a timing or free memory would decide is fixed as well, so that both
# runs add up the same micro-batches.
CONFIG = {
    "prefixSharing": "off",
    "microBatchTokens": 1024,
    "epochs": 2,
    "batchSize": 5,
    "checkpointEvery": 3,
    "sampleEvery": 4,
    "evalShare": 0.2,
    "evalEvery": 3,
}


def launch(script: str, job: dict[str, Any]) -> subprocess.Popen[str]:
    path = Path(job["workDir"]) / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-u", *LAUNCH, script, str(path)],
        cwd=TRAINER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HOME": job["workDir"],
             "PYTHONPATH": str(TRAINER)},
    )  # fmt: skip


def run_on_two(script: str, job: dict[str, Any]) -> list[Event]:
    process = launch(script, job)
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err[-3000:] + out[-3000:]
    return [json.loads(line) for line in out.splitlines()]


def figures(lines: list[Event], name: str) -> dict[int, float]:
    return {line["position"]: line["values"][name] for line in of(lines, "metric") if name in line["values"]}


def test_two_processes_train_as_one(
    tmp_path: Path, model: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine rows in steps of five: an epoch's last step has four. Two more are held out."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)  # the two processes see no GPU either
    data = rows(11, pair_row)
    one, _ = here(train_dpo.train, prepare(tmp_path / "one", model, "dpo", "pairs", data, CONFIG))
    job = prepare(tmp_path / "two", model, "dpo", "pairs", data, CONFIG)
    two = run_on_two("train_dpo.py", job)
    for figure in {key for line in of(one, "metric") for key in line["values"]} - {"tokens_per_second"}:
        assert figures(two, figure) == pytest.approx(figures(one, figure), rel=1e-3, abs=2e-5), figure
    for kind in ("run-start", "sample", "checkpoint", "artifact"):
        assert len(of(two, kind)) == len(of(one, kind)), kind
    assert [line["status"] for line in of(two, "run-end")] == ["finished"]
    assert two[-1]["type"] == "run-end"
    weights = [
        load_file(tmp_path / where / "output/adapter/adapter_model.safetensors") for where in ("one", "two")
    ]
    assert all(torch.allclose(weight, weights[1][key], atol=2e-3) for key, weight in weights[0].items())


@pytest.mark.nightly
def test_two_processes_resume_exactly(tmp_path: Path, model: Path) -> None:
    """Nine rows in steps of five: the last step of the first epoch, from the checkpoint before it, has four."""
    job = prepare(tmp_path, model, "dpo", "pairs", rows(11, pair_row), CONFIG)
    two = run_on_two("train_dpo.py", job)
    again = run_on_two("train_dpo.py", {**job, "resumeFrom": "checkpoints/checkpoint-3"})
    assert figures(again, "loss") == {4: pytest.approx(figures(two, "loss")[4], abs=1e-6)}


@pytest.mark.nightly
def test_two_processes_stop_together_with_a_checkpoint(tmp_path: Path, model: Path) -> None:
    job = prepare(tmp_path, model, "dpo", "pairs", rows(12, pair_row), {"epochs": 100, "batchSize": 4})
    process = launch("train_dpo.py", job)
    assert process.stdout
    lines: list[Event] = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if lines[-1]["type"] == "metric" and lines[-1]["position"] == 3:
            os.killpg(process.pid, signal.SIGTERM)
    process.wait(300)
    assert lines[-1]["status"] == "canceled"
    at = of(lines, "checkpoint")[-1]["path"]
    assert at == f"checkpoints/checkpoint-{int(lines[-1]['results']['steps'])}"
    assert sorted(path.name for path in (tmp_path / at).glob("rng_state*")) == [
        "rng_state_0.pth",
        "rng_state_1.pth",
    ]


@pytest.mark.nightly
def test_two_processes_end_early_after_the_same_step_and_keep_the_model(tmp_path: Path, model: Path) -> None:
    job = prepare(tmp_path, model, "dpo", "pairs", rows(12, pair_row), {"epochs": 100, "batchSize": 4})
    process = launch("train_dpo.py", {**job, "stopFile": "stop.json"})
    assert process.stdout
    lines: list[Event] = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if lines[-1]["type"] == "metric" and lines[-1]["position"] == 3:
            (tmp_path / "stop.new").write_text(json.dumps({"afterStep": 3}), encoding="utf-8")
            (tmp_path / "stop.new").rename(tmp_path / "stop.json")
    assert process.wait(300) == 0
    end = lines[-1]
    assert (end["status"], end["stopped"]["reason"]) == ("finished", "request")
    assert end["stopped"]["step"] == end["results"]["steps"] == of(lines, "metric")[-1]["position"] < 300
    assert {line["role"] for line in of(lines, "artifact")} == {"adapter", "adapter-gguf"}
    at = tmp_path / "checkpoints" / f"checkpoint-{end['stopped']['step']}"
    assert sorted(path.name for path in at.glob("rng_state*")) == ["rng_state_0.pth", "rng_state_1.pth"]


@pytest.mark.nightly
def test_processes_end_with_their_launcher(tmp_path: Path) -> None:
    script = tmp_path / "wait.py"
    # One write a line: two processes share the pipe.
    script.write_text(
        "import os, time\nfrom process import ranks\nranks.begin()\nos.write(1, b'here\\n')\ntime.sleep(600)\n"
    )
    process = launch(str(script), {"workDir": str(tmp_path)})
    assert process.stdout
    assert [process.stdout.readline() for _ in range(2)] == ["here\n", "here\n"]
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=300)  # its pipes close when nobody holds them any more
    _, alive = psutil.wait_procs(children, timeout=300)
    assert [child.pid for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []
