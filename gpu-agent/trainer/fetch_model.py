"""Fetch a model of the Hugging Face hub into this machine's cache: `python fetch_model.py owner/name revision room`.

Prints JSON lines: {"done", "total"} in bytes every few seconds, and at last {"folder", "commit", "how"} or {"error"}.
Only configuration, tokenizer and safetensors are fetched: no code, no pickled weights. `room` is how many times the
size of the model the disk must have free. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean everywhere.
"""

import errno
import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from huggingface_hub import HfApi, constants, get_token, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoSibling

from model.hub_file import WrongHash, blobs_of, fetch_file
from model.published import is_published

if TYPE_CHECKING:
    from job.generated import FailureCode

EVERY_SECONDS = 5.0


class NoRoom(Exception):
    """The disk has no room for the model."""


def report(**event: Any) -> None:
    # One write a line: two threads print.
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def fail(code: "FailureCode", message: str, remedy: str) -> int:
    report(error={"code": code, "message": message, "remedy": remedy})
    return 1


def download(model_id: str, revision: str, room: float) -> tuple[Path, str]:
    """The folder of a commit and its id, every file of the model in it, the small ones first."""
    info = HfApi().model_info(model_id, revision=revision, files_metadata=True)
    commit = str(info.sha)
    files = [file for file in info.siblings or [] if is_published(file.rfilename)]
    blobs = blobs_of(model_id)
    check_room(model_id, files, blobs, room)
    ended = threading.Event()
    total = sum(file.size or 0 for file in files)
    watcher = threading.Thread(target=report_progress, args=(blobs, total, ended))
    watcher.start()
    folder = Path(constants.HF_HUB_CACHE)
    try:
        for file in sorted(files, key=lambda file: file.size or 0):
            sha256 = file.lfs.sha256 if file.lfs else None
            folder = fetch_file(model_id, commit, file.rfilename, sha256).parent
    finally:
        ended.set()
        watcher.join()
    if revision != commit:  # what the name stood for, by which the cache is asked offline
        refs = blobs.parent / "refs"
        refs.mkdir(parents=True, exist_ok=True)
        (refs / revision).write_text(commit, encoding="utf-8")
    return folder, commit


def check_room(model_id: str, files: list[RepoSibling], blobs: Path, room: float) -> None:
    """Before the first byte: the disk takes what is missing, and the copies that are made of the whole."""
    blobs.mkdir(parents=True, exist_ok=True)
    total = sum(file.size or 0 for file in files)
    missing = sum(file.size or 0 for file in files if not (file.lfs and (blobs / file.lfs.sha256).exists()))
    needed = missing + (room - 1) * total
    free = shutil.disk_usage(blobs).free
    if needed > free:
        raise NoRoom(
            f"{model_id} needs {needed / 1e9:.1f} GB on the agent's disk ({missing / 1e9:.1f} GB of it to download), "
            f"which has {free / 1e9:.1f} GB free."
        )


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
    model_id, revision, room = sys.argv[1:]
    page = f"{constants.ENDPOINT}/{model_id}"
    try:
        folder, commit = download(model_id, revision, float(room))
        how = "downloaded or checked with the hub"
    except NoRoom as error:
        return fail("disk_full", str(error), "Free some space on the agent's disk, then start the run again.")
    except WrongHash as error:
        return fail(
            "hub_unreachable",
            f"{error}; it was removed.",
            "Start the run again; if it happens again, what is between the agent and the hub changes the file.",
        )
    except (GatedRepoError, RevisionNotFoundError, RepositoryNotFoundError) as error:
        return not_given(model_id, revision, page, error)
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, httpx.TransportError, HfHubHTTPError) as error:
        if isinstance(error, HfHubHTTPError) and error.response.status_code == 401:
            return fail(
                "model_gated",
                f"The hub at {constants.ENDPOINT} does not accept the access token.",
                f"Make a new one with read access at {constants.ENDPOINT}/settings/tokens and give it again.",
            )
        found = cached(model_id, revision)
        if found is None:
            return unreachable(model_id, error)
        folder, commit = found
        how = "from this machine's cache"
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return unreachable(model_id, error)
        return fail(
            "disk_full", f"The disk has no room for {model_id}.", "Free some space on the agent's disk."
        )
    report(folder=str(folder), commit=commit, how=how)
    return 0


def not_given(model_id: str, revision: str, page: str, error: HfHubHTTPError) -> int:
    """The hub answers, and does not give the model: what to accept, and where."""
    if isinstance(error, GatedRepoError):
        asked = f"Accept its license at {page}"
        return fail(
            "model_gated",
            f"The model {model_id} is gated: its owner asks everybody to accept a license first.",
            f"{asked} with the account that the access token belongs to, then start the run again."
            if get_token()
            else f"{asked}, and give an access token of your account, or set HF_TOKEN on the agent.",
        )
    if isinstance(error, RevisionNotFoundError):
        return fail(
            "no_model", f"The model {model_id} has no revision {revision}.", f"Choose one that {page} lists."
        )
    return fail(
        "no_model",
        f"The hub has no model {model_id}, or it is private.",
        "Correct the id; for a private model, give an access token, or set HF_TOKEN on the agent.",
    )


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
        "Check the agent's connection to the network, or start the run again later: what has arrived is kept.",
    )


if __name__ == "__main__":
    sys.exit(main())
