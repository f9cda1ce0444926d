"""stdout holds events and nothing else, whatever a library prints."""

import json
import subprocess
import sys
from pathlib import Path

from conftest import TRAINER, Inside, job_of, of, run

NOISE = """
import os, sys
from process import events
events.open_stream()
print("a library prints")
sys.stdout.write("and writes")
os.write(1, b"even below Python\\n")
os.system("echo from a child")
events.metric(1, {"loss": 1.5, "grad_norm": float("nan"), "x": float("inf")})
events.metric(2, {"loss": float("nan")})
"""


def test_noise_goes_to_stderr() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOISE], cwd=TRAINER, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["type"], line["position"], line["values"]) for line in lines] == [
        ("metric", 1, {"loss": 1.5})
    ]
    for text in ("a library prints", "and writes", "even below Python", "from a child"):
        assert text in done.stderr


def test_a_bad_job_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ontology.json").write_text("{}", encoding="utf-8")
    lines = run(
        "pretrain.py", job_of("pretrain", tmp_path, {"ontology": "ontology.json"}, {"speed": 1}), code=1
    )
    error = lines[-1]["error"]
    assert (lines[-1]["type"], lines[-1]["status"], error["code"]) == ("run-end", "failed", "bad_job")
    assert "config.speed" in error["message"]
    assert "Traceback" in of(lines, "log")[0]["text"]


def test_bad_inputs_fail_with_a_sentence(tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "ontology.json").write_text('{"version": 1}', encoding="utf-8")
    lines = inside("pretrain.py", job_of("pretrain", tmp_path, {"ontology": "ontology.json"}, {}), code=1)
    assert lines[-1]["error"]["code"] == "bad_ontology"
