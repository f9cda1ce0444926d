"""How the server renders and encodes conversations, asked in a process of its own: the code that serves a model."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from template_cases import ROOT

PROGRAM = "packages/inference/src/testing/answer.ts"


def ask_server(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """The job is {"templates": …} or {"vocabularies": …}, as packages/inference/src/testing/answer.ts reads it; skips
    without Node."""
    if shutil.which("node") is None or not (ROOT / "node_modules/tsx").exists():
        pytest.skip("needs Node and the packages of npm")
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    arguments = ["node", "--import", "tsx", PROGRAM, str(path)]
    said = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert said.returncode == 0, said.stderr[-3000:]
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def first_difference(ours: Sequence[Any] | None, theirs: Sequence[Any] | None) -> str:
    """For the message of a test: where two texts or lists of ids part."""
    if ours is None or theirs is None:
        return f"trainer {ours!s:.60}, server {theirs!s:.60}"
    same = [one == other for one, other in zip(ours, theirs)]
    at = same.index(False) if False in same else len(same)
    start = max(0, at - 20)
    return f"at {at}: trainer {ours[start : at + 20]!r}, server {theirs[start : at + 20]!r}"
