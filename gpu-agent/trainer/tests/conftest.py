"""A small ontology, and trainers run as the agent runs them: one job file in, JSON lines out."""

import io
import json
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_model import make_model

from process import events
from starter.ontology import Ontology, load_ontology

TRAINER = Path(__file__).parent.parent
# The hubs of the tests are on this machine, whatever proxy it has, and trainers speak UTF-8, whatever locale it has.
os.environ.update(
    {"NO_PROXY": "localhost,127.0.0.1,::1", "no_proxy": "localhost,127.0.0.1,::1", "PYTHONUTF8": "1"}
)
ONTOLOGY = Path(__file__).parent / "fixtures" / "ontology.json"
TINY = {
    "recipes": 160, "steps": 20, "batchSize": 4, "hiddenSize": 32, "layers": 2, "heads": 4, "kvHeads": 2,
    "ffnSize": 64, "vocabSize": 700, "sampleEvery": 20, "checkpointEvery": 8, "threads": 1,
}  # fmt: skip
TINY_LORA = {
    "epochs": 2, "batchSize": 4, "loraRank": 4, "loraAlpha": 8, "loraDropout": 0.1, "sampleEvery": 10,
    "checkpointEvery": 4, "precision": "fp32", "threads": 1,
}  # fmt: skip
Event = dict[str, Any]
Inside = Callable[..., list[Event]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several processes one has all that need the tiny model, so that it is made once; they come first."""
    with_model = [item for item in items if "pretrained" in getattr(item, "fixturenames", ())]
    for item in with_model:
        item.add_marker(pytest.mark.xdist_group("pretrained"))
    items[:] = with_model + [item for item in items if item not in with_model]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology(ONTOLOGY)


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr(events, "_stream", written)
    return written


def job_of(
    kind: str, work: Path, inputs: dict[str, str], config: dict[str, Any], **more: Any
) -> dict[str, Any]:
    return {
        "protocol": 1, "runId": "run_t", "attemptId": "att_t", "epoch": 1, "kind": kind, "workDir": str(work),
        "seed": 7, "resumeFrom": None, "stopFile": "stop.json", "inputs": inputs, "config": config, **more,
    }  # fmt: skip


def start(script: str, job: dict[str, Any]) -> subprocess.Popen[str]:
    path = Path(job["workDir"]) / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-u", script, str(path)],
        cwd=TRAINER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip


def run(script: str, job: dict[str, Any], code: int = 0) -> list[Event]:
    """Run to the end; every line of stdout must be a JSON object with a type."""
    process = start(script, job)
    out, err = process.communicate(timeout=900)
    assert process.returncode == code, err[-3000:] + out[-3000:]
    lines: list[Event] = [json.loads(line) for line in out.splitlines()]
    assert all(isinstance(line["type"], str) for line in lines)
    return lines


def run_inside(script: str, job: dict[str, Any], code: int = 0) -> list[Event]:
    """As `run`, in this process: for tests of what a trainer does, not of its being a process. It imports no module again."""
    path, written = Path(job["workDir"]) / "job.json", io.StringIO()
    path.write_text(json.dumps(job), encoding="utf-8")
    environment, on_term, threads = (
        dict(os.environ),
        signal.getsignal(signal.SIGTERM),
        torch.get_num_threads(),
    )
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(), pytest.raises(SystemExit) as left:
        patch.setattr(events, "_stream", written)
        patch.setattr(sys, "argv", [script, str(path)])
        try:
            runpy.run_path(str(TRAINER / script), run_name="__main__")
        finally:
            signal.signal(signal.SIGTERM, on_term)
            os.environ.clear()
            os.environ.update(environment)
            torch.set_num_threads(threads)
    assert left.value.code == code, written.getvalue()[-3000:]
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture
def inside() -> Inside:
    return run_inside


def of(lines: list[Event], kind: str) -> list[Event]:
    return [line for line in lines if line["type"] == kind]


def losses(lines: list[Event]) -> dict[int, float]:
    return {line["position"]: line["values"]["loss"] for line in of(lines, "metric")}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama with a tokenizer of its own."""
    folder = tmp_path_factory.mktemp("model") / "model"
    make_model(folder)
    return folder


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A finished tiny pre-training run: its work folder and its events."""
    work = tmp_path_factory.mktemp("pretrain")
    (work / "inputs").mkdir()
    (work / "inputs" / "ontology.json").write_bytes(ONTOLOGY.read_bytes())
    return work, run("pretrain.py", job_of("pretrain", work, {"ontology": "inputs/ontology.json"}, TINY))
