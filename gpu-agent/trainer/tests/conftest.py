"""A small ontology, and trainers run as the agent runs them: one job file in, JSON lines out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ontology import Ontology, load_ontology

TRAINER = Path(__file__).parent.parent
ONTOLOGY = Path(__file__).parent / "fixtures" / "ontology.json"
TINY = {
    "recipes": 160, "steps": 20, "batchSize": 4, "hiddenSize": 32, "layers": 2, "heads": 4, "kvHeads": 2,
    "ffnSize": 64, "vocabSize": 700, "sampleEvery": 20, "checkpointEvery": 8, "threads": 1,
}  # fmt: skip
TINY_LORA = {
    "epochs": 2, "batchSize": 4, "loraRank": 4, "loraAlpha": 8, "loraDropout": 0.1, "sampleEvery": 10,
    "checkpointEvery": 4, "threads": 1,
}  # fmt: skip
Event = dict[str, Any]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology(ONTOLOGY)


def job_of(
    kind: str, work: Path, inputs: dict[str, str], config: dict[str, Any], **more: Any
) -> dict[str, Any]:
    return {
        "protocol": 1, "runId": "run_t", "attemptId": "att_t", "epoch": 1, "kind": kind, "workDir": str(work),
        "seed": 7, "resumeFrom": None, "inputs": inputs, "config": config, **more,
    }  # fmt: skip


def start(script: str, job: dict[str, Any]) -> subprocess.Popen[str]:
    path = Path(job["workDir"]) / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-u", script, str(path)],
        cwd=TRAINER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip


def run(script: str, job: dict[str, Any], code: int = 0) -> list[Event]:
    """Run to the end; every line of stdout must be a JSON object with a type."""
    process = start(script, job)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, err[-3000:] + out[-3000:]
    lines: list[Event] = [json.loads(line) for line in out.splitlines()]
    assert all(isinstance(line["type"], str) for line in lines)
    return lines


def of(lines: list[Event], kind: str) -> list[Event]:
    return [line for line in lines if line["type"] == kind]


def losses(lines: list[Event]) -> dict[int, float]:
    return {line["step"]: line["values"]["loss"] for line in of(lines, "metric")}


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A finished tiny pre-training run: its work folder and what it told."""
    work = tmp_path_factory.mktemp("pretrain")
    (work / "inputs").mkdir()
    (work / "inputs" / "ontology.json").write_bytes(ONTOLOGY.read_bytes())
    return work, run("pretrain.py", job_of("pretrain", work, {"ontology": "inputs/ontology.json"}, TINY))
