"""An uploaded zip as a folder of this run, unpacked by a process of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from job.job import Job, JobError
from process import events
from process.stop import Canceled, StopFlag

UNPACKER = Path(__file__).parent.parent / "unpack_upload.py"
POLL_SECONDS = 0.5
MOST_BYTES = 64 * 2**30
# Left to everything else on the disk.
SPARED_BYTES = 2**30


def unpack_upload(job: Job, stop: StopFlag) -> Path:
    """The folder with the model's or adapter's own files; raises `JobError` for a zip that is refused."""
    folder = job.work_dir / "upload"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    free = shutil.disk_usage(folder).free
    most = max(0, min(MOST_BYTES, free - SPARED_BYTES))
    child = subprocess.Popen(
        [sys.executable, str(UNPACKER), str(job.inputs["upload"]), str(folder), str(most)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=UNPACKER.parent,
    )
    while True:
        try:
            out, errors = child.communicate(timeout=POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            events.progress(0, 0, "unpack")
        if stop.asked:
            child.terminate()
            child.wait()
            raise Canceled({})
    try:
        said = json.loads(out)
    except ValueError:
        events.log("error", errors[-8000:])
        said = {"error": "the process that unpacked it ended"}
        if "No space left" in errors:
            raise JobError(
                "disk_full",
                "The agent's disk has no room for the unpacked upload.",
                "Free some space on the agent's disk, then start the run again.",
            ) from None
    if "error" in said:
        raise JobError(
            "no_model",
            f"The uploaded zip is refused: {said['error']}.",
            "Pack the folder of one model or adapter, as it was published, into a zip and upload that.",
        )
    return folder
