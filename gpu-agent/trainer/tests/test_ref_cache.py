"""The cache of reference log-probabilities, shared by the runs of a machine and by the processes of one run."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from filelock import FileLock

from engine.ref_cache import FILE, LOCK, RefCache


def open_and_use(folder: Path) -> list[float]:
    cache = RefCache(folder, "base", "", "fp32")
    cache.write({cache.key([1], [2]): -1.5})
    found = list(cache.read([cache.key([1], [2])]).values())
    cache.close()
    return found


def test_a_second_process_waits_while_the_first_makes_the_file(tmp_path: Path) -> None:
    """SQLite's timeout does not cover the switch to WAL: it answered "database is locked" at once."""
    first = sqlite3.connect(tmp_path / FILE)
    with ThreadPoolExecutor() as pool:
        with FileLock(tmp_path / LOCK):
            first.execute("BEGIN IMMEDIATE")
            second = pool.submit(open_and_use, tmp_path)
            assert not wait([second], timeout=0.5).done
            first.rollback()
        assert second.result(60) == [-1.5]
    first.close()
