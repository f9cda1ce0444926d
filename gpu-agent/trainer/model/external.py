"""External models: from the hub, downloaded by a separate process, or from a folder that the owner of this machine opened.

Training itself never speaks to a network: that is the business of fetch_model.py alone.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from transformers import CONFIG_MAPPING

from job.generated import FolderModel, HubModel
from job.job import Job, JobError
from job.model_source import describe_source
from process import events
from process.stop import Canceled, StopFlag

FETCHER = Path(__file__).parent.parent / "fetch_model.py"
PINNED = "model-source.json"
MEGABYTE = 10**6


def with_model(job: Job, stop: StopFlag) -> Job:
    """The job with its external model among its inputs; raises `JobError` with what is missing."""
    source = job.source
    if source is None:
        return job
    folder = open_folder(source) if isinstance(source, FolderModel) else fetch(job, source, stop)
    check_folder(folder, describe_source(source))
    return replace(job, inputs={**job.inputs, "model": folder})


def open_folder(source: FolderModel) -> Path:
    """The folder, links resolved, if it lies in one that the owner opened; the error does not say whether another exists."""
    named = os.environ.get("PALATE_MODEL_FOLDERS", "").split(os.pathsep)
    allowed = [Path(path).resolve() for path in named if Path(path).is_absolute()]
    real = Path(source.path).resolve()
    if not any(real.is_relative_to(folder) for folder in allowed):
        raise JobError(
            "folder_closed",
            f"This agent does not allow runs to read {source.path}.",
            "Ask the owner of the agent to add the folder, or one above it, to PALATE_MODEL_FOLDERS, or choose another agent.",
        )
    if not real.is_dir():
        raise JobError(
            "no_model",
            f"There is no folder {source.path} on this agent.",
            "Correct the path, or choose another agent.",
        )
    return real


def check_folder(folder: Path, name: str) -> None:
    """Weights, configuration and tokenizer are there, whole, and need no code of their own; raises `JobError`."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise JobError(
            "no_model",
            f"{sentence(name)} has no config.json that can be read.",
            "Choose the folder of a whole model.",
        ) from None
    if "auto_map" in config and config.get("model_type") not in CONFIG_MAPPING:
        raise JobError(
            "unsupported_model",
            f"{sentence(name)} needs code of its own, which is never run.",
            "Choose a model that transformers knows by itself.",
        )
    missing = [shard for shard in shards_of(folder) if not (folder / shard).exists()]
    if missing:
        raise JobError(
            "no_model",
            f"{sentence(name)} lacks {missing[0]}{f' and {len(missing) - 1} more files' if missing[1:] else ''}.",
            "Weights are read as safetensors only: convert older ones, and let an interrupted download end.",
        )
    if not any((folder / file).exists() for file in ("tokenizer.json", "tokenizer.model")):
        raise JobError(
            "no_model", f"{sentence(name)} has no tokenizer.", "Put its tokenizer.json beside the weights."
        )


def shards_of(folder: Path) -> list[str]:
    """The files that the weights are in."""
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        return ["model.safetensors"]
    return sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))


def sentence(name: str) -> str:
    return name[0].upper() + name[1:] if name.startswith("the ") else f"The model {name}"


def fetch(job: Job, source: HubModel, stop: StopFlag) -> Path:
    """The model's folder in this machine's cache, downloaded if it is not there yet. A resumed run uses the commit that it began
    with."""
    pinned = read_pin(job, source) if job.resume_from else None
    child = subprocess.Popen(
        [sys.executable, str(FETCHER), source.id, pinned or source.revision or "main"],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "HF_HUB_OFFLINE": os.environ.get("PALATE_MODELS_OFFLINE", "0"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        },
    )
    try:
        result = listen(child, stop)
    finally:
        child.terminate()
        child.wait()
    if stop.asked:  # the fetcher, of our process group, was asked too and may have been faster
        raise Canceled({"steps": 0.0})
    error = result.get("error")
    if error:
        raise JobError(error["code"], error["message"], error["remedy"])
    if "folder" not in result:
        raise JobError(
            "no_model",
            f"The model {source.id} could not be fetched.",
            "Read the log of this run for the cause, then start the run again.",
        )
    pin = {"id": source.id, "revision": source.revision, "commit": result["commit"]}
    (job.work_dir / PINNED).write_text(json.dumps(pin), encoding="utf-8")
    events.log("info", f"The model {source.id} at commit {result['commit'][:12]}, {result['how']}.")
    return Path(result["folder"])


def read_pin(job: Job, source: HubModel) -> str | None:
    try:
        pin = json.loads((job.work_dir / PINNED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = (pin["id"], pin["revision"]) == (source.id, source.revision)
    return str(pin["commit"]) if same else None


def listen(child: subprocess.Popen[str], stop: StopFlag) -> dict[str, Any]:
    """The fetcher's last line. Its progress is reported even where nothing moves, because the agent stops a silent trainer."""
    lines: queue.Queue[str | None] = queue.Queue()
    assert child.stdout is not None
    threading.Thread(target=pump, args=(child.stdout, lines), daemon=True).start()
    last: dict[str, Any] = {}
    while True:
        if stop.asked:
            raise Canceled({"steps": 0.0})
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            continue
        if line is None:
            return last
        last = json.loads(line)
        if "total" in last:
            events.progress(last["done"] // MEGABYTE, max(1, last["total"] // MEGABYTE), "download")


def pump(stream: IO[str], lines: "queue.Queue[str | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)
