"""How every trainer starts, stops and fails: the wrapper around a run."""

import logging
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from job.job import Job, JobError, read_job
from model.external import with_model
from process import events, ranks
from process.device import why_no_gpu
from process.disk import explain_disk
from process.stop import Canceled, StopFlag
from run import summary as run_summary


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
    return explain_disk(error) or {
        "code": "trainer_failed",
        "message": f"The trainer stopped on an unexpected error: {type(error).__name__}: {text[:300]}",
        "remedy": "The run's log holds the full trace; start the run again, or send the log with a report.",
    }


def silence_libraries() -> None:
    """Logging and warnings go to stderr, progress bars nowhere; no library uses the network."""
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
            raise JobError(
                "bad_job",
                "The trainer takes one argument: the path of the job file.",
                "Start it with that path.",
            )
        job = read_job(Path(sys.argv[1]))
        if job.kind != kind:
            raise JobError(
                "bad_job",
                f"This script runs {kind} jobs, not {job.kind}.",
                f"Start the script of {job.kind} jobs.",
            )
        stop.keep_file = job.stop_file
        no_gpu = why_no_gpu()
        if no_gpu is not None:
            events.log("warn", no_gpu)
        results = train(with_model(job, stop), stop)
    except Canceled as canceled:
        events.run_end("canceled", canceled.results, None, run_summary.read())
        ranks.leave()
        return 0
    except Exception as error:
        events.log("error", traceback.format_exc())
        if not ranks.is_main():
            traceback.print_exc()
            time.sleep(2)  # so that the first process reports what failed in all of them
        events.run_end("failed", {}, explain(error), run_summary.read())
        return 1
    events.run_end("finished", results, None, run_summary.read(), stop.stopped)
    ranks.leave()
    return 0
