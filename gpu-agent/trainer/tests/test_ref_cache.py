"""The cache of reference log-probabilities, shared by the runs of a machine and by the processes of one run."""

import multiprocessing
from pathlib import Path

from engine.ref_cache import RefCache

# Forked, because a new interpreter would take seconds to import PyTorch and the processes would not meet.
forked = multiprocessing.get_context("fork")


def fill(folders: list[Path]) -> None:
    """Open every cache at the same moment as the other processes do, and use it."""
    for folder in folders:
        together.wait(20)
        cache = RefCache(folder, "base", "", "fp32")
        cache.write({cache.key([1], [2]): -1.5})
        assert list(cache.read([cache.key([1], [2])]).values()) == [-1.5]
        cache.close()


together = forked.Barrier(3)


def test_several_processes_open_a_new_cache_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(60)]
    processes = [forked.Process(target=fill, args=(folders,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
