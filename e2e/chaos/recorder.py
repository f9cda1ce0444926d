"""Runs a trainer's script as the agent asks for it, and writes down, out of the agent's reach, what it says.

Each event is written before it is said and again, as `said`, once the pipe has it: a process that is killed in between
leaves open whether the agent could read it. Usage: recorder.py -u SCRIPT JOB, with PALATE_RECORDER naming a folder.
"""

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

script, job_file = sys.argv[-2:]
sys.path.insert(0, str(Path(script).parent))

from process import events  # noqa: E402

attempt = json.loads(Path(job_file).read_text(encoding="utf-8"))["attemptId"]
book = (Path(os.environ["PALATE_RECORDER"]) / f"{attempt}.jsonl").open("a", buffering=1, encoding="utf-8")
say = events.emit


def write(entry: dict[str, Any]) -> None:
    book.write(json.dumps(entry) + "\n")


def emit(event: dict[str, Any]) -> None:
    write({"says": event})
    say(event)
    write({"said": True})


write({"pid": os.getpid()})
events.emit = emit
sys.argv = [script, job_file]
runpy.run_path(script, run_name="__main__")
