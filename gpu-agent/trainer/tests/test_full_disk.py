"""A disk that is really full, below every library that writes a run's files."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import gguf
import numpy
import pytest
import torch
from conftest import job_of, of, run
from safetensors.torch import save_file
from tiny_model import make_model
from transformers import LlamaConfig, LlamaForCausalLM

from run.lifecycle import explain

FULL = {
    "code": "disk_full",
    "message": "A file of the run could not be written: the disk of the agent's home (PALATE_AGENT_HOME) is full.",
    "remedy": "Free some space there, then try again.",
}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root may mount a file system here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def save_tensors(disk: Path) -> None:
    save_file({"weights": torch.zeros(1_000_000)}, disk / "a.safetensors")


def save_state(disk: Path) -> None:
    torch.save({"weights": torch.zeros(1_000_000)}, disk / "optimizer.pt")


def save_model(disk: Path) -> None:
    config = LlamaConfig(vocab_size=4000, hidden_size=256, intermediate_size=512, num_hidden_layers=1)
    LlamaForCausalLM(config).save_pretrained(disk / "model")


def save_gguf(disk: Path) -> None:
    writer = gguf.GGUFWriter(disk / "a.gguf", "llama")
    writer.add_tensor("weights", numpy.zeros(1_000_000, dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()


def save_rows(disk: Path) -> None:
    with sqlite3.connect(disk / "a.sqlite") as db:
        db.execute("create table logp (value blob)")
        for _ in range(40):
            db.execute("insert into logp values (?)", (os.urandom(100_000),))


def save_text(disk: Path) -> None:
    (disk / "a.json").write_text("x" * 3_000_000, encoding="utf-8")


@pytest.mark.parametrize("write", [save_tensors, save_state, save_model, save_gguf, save_rows, save_text])
def test_every_library_that_meets_a_full_disk_is_named(
    small_disk: Path, write: Callable[[Path], None]
) -> None:
    with pytest.raises(Exception) as caught:
        write(small_disk)
    assert explain(caught.value) == FULL


def test_a_disk_that_is_read_only_is_named(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(OSError) as caught:
        (small_disk / "metrics.json").write_text("{}")
    assert explain(caught.value) == {
        "code": "trainer_failed",
        "message": "The file metrics.json could not be written: the disk of the agent's home (PALATE_AGENT_HOME) is read-only.",
        "remedy": "Mount that disk for writing, then try again.",
    }


def test_a_run_whose_checkpoint_has_no_room_ends_with_that_reason(small_disk: Path) -> None:
    inputs = small_disk / "inputs"
    make_model(inputs / "model")
    row = (
        '{"system": "You cook.", "user": "I have rice.", "chosen": "Fry the rice.", "rejected": "Boil it."}\n'
    )
    (inputs / "rows.jsonl").write_text(row * 24)
    config = {"epochs": 1, "batchSize": 4, "loraRank": 4, "loraAlpha": 8, "sampleEvery": 0, "checkpointEvery": 2,
              "precision": "fp32", "threads": 1}  # fmt: skip
    job = job_of("dpo", small_disk, {"model": "inputs/model", "pairs": "inputs/rows.jsonl"}, config)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(os.urandom(free - 64 * 1024))
    events = run("train_dpo.py", job, code=1)
    [end] = of(events, "run-end")
    assert end["status"] == "failed"
    assert end["error"] == FULL
    assert of(events, "metric")
