"""One file of the Hugging Face hub into the hub's cache of this machine.

huggingface_hub drops a partial file when its process ends; here it stays, and the next download goes on behind it. The
file joins the cache once it has the hash that the hub names.
"""

import hashlib
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from filelock import FileLock
from huggingface_hub import HfFileMetadata, constants, get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils._headers import build_hf_headers

CHUNK = 2**20
TRIES = 5
# What is written at once, and so the most that a break loses; the library's own is 10 MB.
constants.DOWNLOAD_CHUNK_SIZE = CHUNK
ETAG = re.compile(r"[0-9A-Za-z-]{8,128}")


class WrongHash(Exception):
    """What came is not what the hub names."""


def blobs_of(model_id: str) -> Path:
    """Where the cache keeps a model's files, by their hashes."""
    return Path(constants.HF_HUB_CACHE) / f"models--{model_id.replace('/', '--')}" / "blobs"


def fetch_file(model_id: str, commit: str, name: str, sha256: str | None) -> Path:
    """The file in the cache's folder of the commit. `sha256` is what the model's list of files says, if it says it.

    Raises `WrongHash`, and what huggingface_hub and httpx raise.
    """
    url = hf_hub_url(model_id, name, revision=commit)
    found = get_hf_file_metadata(url)
    etag = found.etag or ""
    if ETAG.fullmatch(etag):
        blobs = blobs_of(model_id)
        blobs.mkdir(parents=True, exist_ok=True)
        with FileLock(blobs / f"{etag}.palate-lock"):
            if not (blobs / etag).exists():
                complete(url, found, blobs / f"{etag}.part", sha256 or etag, name)
                (blobs / f"{etag}.part").replace(blobs / etag)
    return Path(hf_hub_download(model_id, name, revision=commit))


def complete(url: str, found: HfFileMetadata, part: Path, expected: str, name: str) -> None:
    """Fill the partial file up, over as many connections as it takes while each brings something."""
    left = TRIES
    while True:
        had = part.stat().st_size if part.exists() else 0
        if found.size is not None and had > found.size:
            part.unlink()
            had = 0
        try:
            take(url, found, part, had)
            break
        except (httpx.TransportError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # the disk's
                raise
            now = part.stat().st_size if part.exists() else 0
            left = TRIES if now > had else left - 1
            if left <= 0:
                raise
            time.sleep(1)
            found = get_hf_file_metadata(url)  # a signed address may have expired
    if not matches(part, expected):
        part.unlink()
        raise WrongHash(f"{name} does not have the hash that the hub names ({expected[:12]}…)")


def take(url: str, found: HfFileMetadata, part: Path, had: int) -> None:
    """The rest of the file. The token goes to the hub alone, and not to the store that it redirects to."""
    headers = build_hf_headers()
    if urlsplit(found.location).netloc != urlsplit(url).netloc:
        headers.pop("authorization", None)
    with part.open("ab") as file:
        http_get(found.location, file, resume_size=had, headers=headers, expected_size=found.size)


def matches(path: Path, expected: str) -> bool:
    """Whether the file has this SHA-256, or this hash of git. Another kind of name says nothing of the content."""
    if re.fullmatch(r"[0-9a-f]{64}", expected):
        digest = hashlib.sha256()
    elif re.fullmatch(r"[0-9a-f]{40}", expected):
        digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    else:
        return True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == expected
