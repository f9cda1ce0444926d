"""How every trainer starts, stops and fails: the wrapper around a run, canceling, checkpoints that are whole."""

import errno
import hashlib
import json
import logging
import os
import shutil
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from job.job import Job, JobError, read_job
from process import events, ranks
from run import summary as run_summary

MANIFEST = "manifest.json"


class Canceled(Exception):
    """The run stopped at a step boundary because it was asked to; its checkpoint is on disk."""

    def __init__(self, results: dict[str, float]) -> None:
        super().__init__("canceled")
        self.results = results


class StopFlag:
    """Set by SIGTERM, read between steps. Of several processes none stops alone: they agree at the start of a step."""

    def __init__(self) -> None:
        self.is_set = False
        self._asked = False
        signal.signal(signal.SIGTERM, self._set)

    @property
    def asked(self) -> bool:
        """Whether this process was, whatever the others say: for work that it does alone."""
        return self._asked or self.is_set

    def _set(self, _signal: int, _frame: object) -> None:
        self._asked = True
        self.is_set = self.is_set or ranks.world() == 1

    def agree(self) -> None:
        """Where one process was asked to stop, all are; every process calls this at the same place."""
        if ranks.world() > 1:
            self.is_set = ranks.any_of(self._asked)


def explain(error: BaseException) -> dict[str, str]:
    """The cause and the remedy of a failure, in a sentence each."""
    text = str(error)
    if isinstance(error, JobError):
        return {"code": error.code, "message": error.message, "remedy": error.remedy}
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "can't allocate memory" in text:
        return {
            "code": "out_of_memory",
            "message": "The machine ran out of memory while training.",
            "remedy": "Lower the batch size or the maximum length, then start the run again.",
        }
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return {
            "code": "disk_full",
            "message": "The disk is full, so the run could not write its files.",
            "remedy": "Free some space on the agent's disk, then start the run again.",
        }
    return {
        "code": "trainer_failed",
        "message": f"The trainer stopped on an unexpected error: {type(error).__name__}: {text[:300]}",
        "remedy": "The run's log holds the full trace; start the run again, or send the log with a report.",
    }


def silence_libraries() -> None:
    """Logging and warnings go to stderr, progress bars nowhere; hubs are never asked."""
    os.environ.update(
        HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1", TOKENIZERS_PARALLELISM="false",
        TRL_EXPERIMENTAL_SILENCE="1",
    )  # fmt: skip
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    warnings.simplefilter("ignore")


def run_job(kind: str, train: Callable[[Job, StopFlag], dict[str, float]]) -> int:
    """Run one job file named on the command line; returns the exit code. Every path ends in a run-end event."""
    events.open_stream(mute=not ranks.is_main())
    silence_libraries()
    ranks.begin()
    stop = StopFlag()
    run_summary.begin()
    try:
        if len(sys.argv) != 2:
            raise JobError("bad_job", "The trainer takes one argument.", "Name the job file.")
        job = read_job(Path(sys.argv[1]))
        if job.kind != kind:
            raise JobError(
                "bad_job", f"This script runs {kind} jobs, not {job.kind}.", "Start the right script."
            )
        if job.source:
            from model.external import with_model  # it knows of Canceled, which is ours

            job = with_model(job, stop)
        results = train(job, stop)
    except Canceled as canceled:
        events.run_end("canceled", canceled.results, None, run_summary.read())
        ranks.leave()
        return 0
    except Exception as error:
        events.log("error", traceback.format_exc())
        if not ranks.is_main():
            traceback.print_exc()
            time.sleep(2)  # what befell all processes is told by the first one
        events.run_end("failed", {}, explain(error), run_summary.read())
        return 1
    events.run_end("finished", results, None, run_summary.read())
    ranks.leave()
    return 0


def publish_checkpoint(job: Job, step: int, write: Callable[[Path], None]) -> None:
    """Write a checkpoint beside its place, then move it there."""
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
    """Keep the latest few; the agent resumes from the last one that it heard of."""
    steps = sorted(
        (job.work_dir / "checkpoints").glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1])
    )
    for path in steps[:-keep]:
        shutil.rmtree(path, ignore_errors=True)
