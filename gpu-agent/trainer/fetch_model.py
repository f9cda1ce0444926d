"""Fetch a model of the Hugging Face hub into this machine's cache: `python fetch_model.py owner/name revision`.

Prints JSON lines: {"done", "total"} in bytes every few seconds, and at last {"folder", "commit", "how"} or {"error"}.
Only configuration, tokenizer and safetensors are fetched: no code, no pickled weights. HF_ENDPOINT, HF_TOKEN and
HF_HUB_OFFLINE mean what they mean everywhere.
"""

import errno
import fnmatch
import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from huggingface_hub import HfApi, constants, get_token, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

if TYPE_CHECKING:
    from job.generated import FailureCode

WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt")
UNWANTED = ("consolidated*", "*/*")
EVERY_SECONDS = 5.0


def report(**event: Any) -> None:
    # One write a line: two threads print.
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def fail(code: "FailureCode", message: str, remedy: str) -> int:
    report(error={"code": code, "message": message, "remedy": remedy})
    return 1


def wanted(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in WANTED) and not any(
        fnmatch.fnmatch(name, pattern) for pattern in UNWANTED
    )


def download(model_id: str, revision: str) -> tuple[Path, str]:
    """The folder of a commit and its id, every wanted file in it."""
    info = HfApi().model_info(model_id, revision=revision, files_metadata=True)
    commit = str(info.sha)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or [] if wanted(file.rfilename)}
    ended = threading.Event()
    cache = Path(constants.HF_HUB_CACHE) / f"models--{model_id.replace('/', '--')}"
    watcher = threading.Thread(target=report_progress, args=(cache / "blobs", sum(sizes.values()), ended))
    watcher.start()
    folder = Path(constants.HF_HUB_CACHE)
    try:
        for name in sorted(sizes, key=lambda name: sizes[name]):
            folder = Path(hf_hub_download(model_id, name, revision=commit)).parent
    finally:
        ended.set()
        watcher.join()
    if revision != commit:  # what the name stood for, by which the cache is asked offline
        (cache / "refs").mkdir(parents=True, exist_ok=True)
        (cache / "refs" / revision).write_text(commit, encoding="utf-8")
    return folder, commit


def report_progress(blobs: Path, total: int, ended: threading.Event) -> None:
    """How much is on the disk, until the download has ended."""
    while True:
        done = 0
        for path in blobs.glob("*"):
            try:
                done += path.stat().st_size
            except FileNotFoundError:  # a part that has just become whole
                continue
        report(done=min(done, total), total=total)
        if ended.wait(EVERY_SECONDS):
            return


def cached(model_id: str, revision: str) -> tuple[Path, str] | None:
    """The folder of what is in the cache already."""
    try:
        folder = Path(snapshot_download(model_id, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, OfflineModeIsEnabled):
        return None
    return folder, folder.name


def main() -> int:
    model_id, revision = sys.argv[1:]
    page = f"{constants.ENDPOINT}/{model_id}"
    try:
        folder, commit = download(model_id, revision)
        how = "downloaded or checked with the hub"
    except GatedRepoError:
        asked = f"Accept its license at {page}"
        return fail(
            "model_gated",
            f"The model {model_id} is gated: its owner asks everybody to accept a license first.",
            f"{asked} with the account whose HF_TOKEN the agent has."
            if get_token()
            else f"{asked} and set HF_TOKEN on the agent.",
        )
    except RevisionNotFoundError:
        return fail(
            "no_model", f"The model {model_id} has no revision {revision}.", f"Choose one that {page} lists."
        )
    except RepositoryNotFoundError:
        return fail(
            "no_model",
            f"The hub has no model {model_id}, or it is private.",
            "Correct the id; for a private model, set HF_TOKEN on the agent.",
        )
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, httpx.TransportError, HfHubHTTPError) as error:
        found = cached(model_id, revision)
        if found is None:
            return unreachable(model_id, error)
        folder, commit = found
        how = "from this machine's cache"
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return fail(
            "disk_full", f"The disk has no room for {model_id}.", "Free some space on the agent's disk."
        )
    report(folder=str(folder), commit=commit, how=how)
    return 0


def unreachable(model_id: str, error: Exception) -> int:
    """Neither the hub nor the cache has it."""
    if constants.HF_HUB_OFFLINE:
        return fail(
            "model_not_cached",
            f"This agent works offline, and {model_id} is not in its cache ({os.fspath(constants.HF_HUB_CACHE)}).",
            "Download it there once, or give the folder of a model that is on the agent.",
        )
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    why = f"answered {status}" if status else "cannot be reached"
    return fail(
        "hub_unreachable",
        f"The hub at {constants.ENDPOINT} {why}, and {model_id} is not in this agent's cache.",
        "Check the agent's connection to the network, or start the run again later.",
    )


if __name__ == "__main__":
    sys.exit(main())
