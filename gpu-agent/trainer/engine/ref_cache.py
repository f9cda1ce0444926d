"""Reference log-probabilities on disk under a key of all that they depend on: no run of a sweep computes them again.

Keys are SHA-256 over the base weights, the reference adapter, the precision and the token ids. One SQLite file;
its transactions make a write whole or absent, also when several runs share it.
"""

import hashlib
import math
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock

from job.error import JobError

VERSION = b"palate-reference-1"
FILE, LOCK = "reference-logps.sqlite", "reference-logps.lock"


class RefCache:
    """Sums of log-probabilities (nats) of completions after prompts, under one reference."""

    def __init__(self, folder: Path, base: str, adapter: str, precision: str) -> None:
        """`base` and `adapter` are fingerprints; an empty adapter means the bare base."""
        folder.mkdir(parents=True, exist_ok=True)
        self.prefix = b"\0".join([VERSION, base.encode(), adapter.encode(), precision.encode(), b""])
        self.db = sqlite3.connect(folder / FILE, timeout=120)
        # Two processes that turn a new file to WAL at once get "database is locked": the timeout does not cover it.
        with FileLock(folder / LOCK):
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute(
                "CREATE TABLE IF NOT EXISTS logp (key BLOB PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID"
            )
        self.hits = 0
        self.misses = 0

    def key(self, prompt: list[int], completion: list[int]) -> bytes:
        digest = hashlib.sha256(self.prefix)
        digest.update(np.asarray([len(prompt), *prompt, *completion], dtype="<i8").tobytes())
        return digest.digest()

    def read(self, keys: Iterable[bytes]) -> dict[bytes, float]:
        """What is known of the distinct keys; each counts once as a hit or a miss."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, float] = {}
        for at in range(0, len(wanted), 500):
            piece = wanted[at : at + 500]
            marks = ",".join("?" * len(piece))
            found.update(self.db.execute(f"SELECT key, value FROM logp WHERE key IN ({marks})", piece))
        self.hits += len(found)
        self.misses += len(wanted) - len(found)
        return found

    def write(self, values: dict[bytes, float]) -> None:
        """Stores all of them or, where one is NaN or infinite, none; raises `JobError` then."""
        if not all(math.isfinite(value) for value in values.values()):
            raise JobError(
                "diverged",
                "A log-probability of the reference model became NaN: the model that training starts from does not "
                "compute with finite numbers at this precision.",
                "Set precision to fp32, or choose another base model.",
            )
        with self.db:
            self.db.executemany("INSERT OR REPLACE INTO logp VALUES (?, ?)", values.items())

    def close(self) -> None:
        self.db.close()


def cache_folder(work_dir: Path) -> Path:
    """`PALATE_TRAINER_CACHE`, shared by the runs of a machine; else a folder of this run's own."""
    named = os.environ.get("PALATE_TRAINER_CACHE")
    return Path(named) if named else work_dir / "cache"


def fingerprint_files(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's weights and configuration."""
    digest = hashlib.sha256()
    files = [*folder.glob("*.safetensors"), *folder.glob("*config.json")]
    for path in sorted(files):
        with path.open("rb") as file:
            digest.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def fingerprint_tensors(named: Iterable[tuple[str, torch.Tensor]]) -> str:
    """SHA-256 over tensors in memory, for models that no folder holds."""
    digest = hashlib.sha256()
    for name, tensor in sorted(named, key=lambda item: item[0]):
        raw = tensor.detach().contiguous().cpu()
        digest.update(f"{name}\0{raw.dtype}\0{tuple(raw.shape)}\0".encode())
        digest.update(raw.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
