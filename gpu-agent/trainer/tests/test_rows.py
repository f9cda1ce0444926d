"""Rows are split at line feeds only, and a loss that is no number ends the run with its step."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from test_runs import Here, pair_row, prepare, rows
from test_runs import here as here

import train_dpo
from data.rows import read_rows
from engine.dpo_trainer import PalateDpoTrainer
from engine.ref_cache import RefCache
from job.job import JobError

# A visitor pastes them from another program: line separator, paragraph separator, next line, form feed, and so on.
BREAKS = ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r"]


@pytest.mark.parametrize("mark", BREAKS)
def test_a_line_break_of_unicode_within_a_text_stays_within_it(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "thumbs.jsonl"
    row = {"system": "You cook.", "user": f"I have{mark}beans.", "answer": f"Cook{mark}them."}
    line = json.dumps(row, ensure_ascii=False).replace(
        "\\r", "\r"
    )  # a raw one is no JSON, but no end of a line either
    if mark in "\u2028\u2029\u0085":
        path.write_text(f"{line}\n{line}\n", encoding="utf-8", newline="\n")
    else:
        path.write_text(f"{json.dumps(row)}\n{json.dumps(row)}\n", encoding="utf-8", newline="\n")
    assert read_rows(path, ("system", "user", "answer")) == [row, row]


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"user": "a"}\r\n\r\n{"user": "b"}\r\n', encoding="utf-8", newline="")
    assert [row["user"] for row in read_rows(path, ("user",))] == ["a", "b"]


def test_text_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(b'{"user": "a"}\n{"user": "\xff"}\n')
    with pytest.raises(JobError, match=r"Line 2 of pairs.jsonl"):
        read_rows(path, ("user",))


def test_a_training_on_such_texts_finishes(tmp_path: Path, model: Path, here: Here) -> None:
    data = rows(8, pair_row)
    data[1]["user"] = "I have\u2028beans\u2029and\u0085rice."
    job = prepare(tmp_path, model, "dpo", "pairs", data, {"epochs": 1})
    lines = tmp_path / "inputs" / "rows.jsonl"
    lines.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in data), encoding="utf-8")
    _, results = here(train_dpo.train, job)
    assert results["pairs"] == 8


def test_a_loss_that_is_no_number_ends_the_run_and_names_its_step(
    tmp_path: Path, model: Path, here: Here
) -> None:
    job = prepare(tmp_path, model, "dpo", "pairs", rows(12, pair_row), {"learningRate": 1.0, "epochs": 60})
    original, calls = PalateDpoTrainer.training_step, [0]

    def broken(self: PalateDpoTrainer, *args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        loss = original(self, *args, **kwargs)
        return loss * math.nan if calls[0] == 3 else loss

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PalateDpoTrainer, "training_step", broken)
        with pytest.raises(JobError) as caught:
            here(train_dpo.train, job)
    assert caught.value.code == "diverged"
    assert caught.value.message == "The loss became NaN at step 3."
    assert calls[0] == 3


def test_a_reference_that_is_no_number_is_said_and_not_stored(tmp_path: Path) -> None:
    cache = RefCache(tmp_path, "base", "", "fp32")
    with pytest.raises(JobError) as caught:
        cache.write({cache.key([1], [2]): -1.0, cache.key([1], [3]): math.nan})
    assert caught.value.code == "diverged"
    assert "reference" in caught.value.message
    assert cache.read([cache.key([1], [2])]) == {}
    cache.close()
