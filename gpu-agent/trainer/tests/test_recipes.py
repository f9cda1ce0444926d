"""A dataset version as the trainer reads it."""

from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from data.recipes import read_recipes
from job.job import JobError


def row(title: str, split: str) -> dict[str, Any]:
    return {
        "id": "ex_1", "title": title, "ingredients": ["250 g okra, trimmed", "salt"], "text": f"# {title}\n",
        "split": split,
    }  # fmt: skip


def test_only_the_training_split_is_read(tmp_path: Path) -> None:
    path = tmp_path / "examples.parquet"
    rows = [row("Okra", "train"), row("Hidden", "test"), row("Also hidden", "validation")]
    parquet.write_table(arrow.Table.from_pylist(rows), path)
    assert read_recipes(path) == [
        {
            "messages": [
                {"role": "user", "content": "I have 250 g okra, salt. Make me Okra."},
                {"role": "assistant", "content": "# Okra\n"},
            ]
        }
    ]
    parquet.write_table(arrow.Table.from_pylist([row("Hidden", "test")]), path)
    with pytest.raises(JobError, match="no rows to train on"):
        read_recipes(path)


def test_of_a_large_dataset_only_what_is_asked_for_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "examples.parquet"
    parquet.write_table(
        arrow.Table.from_pylist([row(f"Dish {n}", "train") for n in range(3000)]), path, row_group_size=50
    )
    made: list[str] = []

    def example(row: dict[str, Any]) -> dict[str, Any]:
        made.append(row["title"])
        return {"title": row["title"]}

    monkeypatch.setattr("data.recipes.example", example)
    assert [item["title"] for item in read_recipes(path, 16)] == [f"Dish {n}" for n in range(16)]
    whole = len(made)
    assert len(read_recipes(path)) == 3000
    assert whole < 3000


def test_another_kind_of_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "examples.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(JobError, match="not a dataset of recipes"):
        read_recipes(path)
    parquet.write_table(arrow.table({"color": ["red"]}), path)
    with pytest.raises(JobError, match="not a dataset of recipes"):
        read_recipes(path)
