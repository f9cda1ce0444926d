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

from job.generated import FolderModel, HubModel
from job.job import Job, JobError
from job.model_source import describe_source
from model.folder import check_folder, open_folder
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


def fetch(job: Job, source: HubModel, stop: StopFlag, room: float = 1) -> Path:
    """The model's folder in this machine's cache, downloaded if it is not there yet; its name is the commit. A later attempt
    uses the commit that the first one began with. `room` is how many times the model's size the disk must take."""
    pinned = read_pin(job, source)
    child = subprocess.Popen(
        [sys.executable, str(FETCHER), source.id, pinned or source.revision or "main", str(room)],
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
        # No program that reads what was fetched needs it.
        os.environ.pop("HF_TOKEN", None)
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
