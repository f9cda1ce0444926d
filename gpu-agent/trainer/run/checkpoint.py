"""Checkpoints that are complete: written aside, flushed to disk, sealed with a manifest, then moved into place."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from job.job import Job
from process import events

MANIFEST = "manifest.json"


ENGINE_FILE = "palate-engine.json"


def publish_checkpoint(job: Job, step: int, write: Callable[[Path], None]) -> None:
    """Write a checkpoint under a temporary name, then move it into place."""
    partial = job.output(f"checkpoints/.partial-{step}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    write(partial)
    adopt_checkpoint(job, step, partial)


def adopt_checkpoint(job: Job, step: int, written: Path) -> None:
    """Flush a finished folder to disk, seal it with a manifest, rename it into place and announce it."""
    final = job.output(f"checkpoints/checkpoint-{step}")
    write_manifest(step, written)
    shutil.rmtree(final, ignore_errors=True)
    written.rename(final)
    flush(final.parent)
    events.checkpoint(step, final.relative_to(job.work_dir).as_posix())


def write_manifest(step: int, folder: Path) -> None:
    """Size and SHA-256 of every file, written last and put in place at once: what a power cut left half written, or a
    disk lost later, does not agree with it, and the agent then resumes from the checkpoint before."""
    files = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        flush(file)
        with file.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        files[file.relative_to(folder).as_posix()] = {"sizeBytes": file.stat().st_size, "sha256": digest}
    temporary = folder / f"{MANIFEST}.tmp"
    temporary.write_text(json.dumps({"version": 1, "step": step, "files": files}), encoding="utf-8")
    flush(temporary)
    temporary.rename(folder / MANIFEST)
    flush(folder)


def flush(path: Path) -> None:
    """A file's bytes, or a folder's names, to the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def drop_old_checkpoints(job: Job, keep: int = 2) -> None:
    """Keep the latest few; the agent resumes from the last one that was reported to it."""
    steps = sorted(
        (job.work_dir / "checkpoints").glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1])
    )
    for path in steps[:-keep]:
        shutil.rmtree(path, ignore_errors=True)


def engine_state(job: Job) -> dict[str, Any]:
    """What an earlier attempt had decided: memory plan and prompt sharing."""
    file = job.resume_from / ENGINE_FILE if job.resume_from else None
    if file is None or not file.is_file():
        return {}
    state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return state
