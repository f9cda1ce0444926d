"""A dataset version as examples: its recipes, each as the answer to a request that names the dish and what is at hand.

Validation and test rows are left alone: they are frozen splits, and what is trained on is never measured on.
"""

from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from job.job import JobError

COLUMNS = ("title", "ingredients", "text", "split")


def read_recipes(path: Path, most: int = 0) -> list[dict[str, Any]]:
    """The training split of a Parquet file as {"messages": [user, assistant]}, at most so many (0: all) of its rows, of which
    no more than that is read; raises `JobError` where it is another kind of file or holds no row to train on."""
    rows: list[dict[str, Any]] = []
    try:
        for batch in parquet.ParquetFile(path).iter_batches(1024, columns=list(COLUMNS)):
            rows += [example(row) for row in batch.to_pylist() if row["split"] == "train" and row["text"]]
            if most and len(rows) >= most:
                break
    except (OSError, ValueError, KeyError) as error:
        raise JobError(
            "bad_data",
            f"{path.name} is not a dataset of recipes ({str(error)[:120]}).",
            "Choose a dataset that was imported on the Data page.",
        ) from error
    if not rows:
        raise JobError("bad_data", f"{path.name} holds no rows to train on.", "Choose a larger dataset.")
    return rows[: most or None]


def example(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "messages": [{"role": "user", "content": ask(row)}, {"role": "assistant", "content": row["text"]}]
    }


def ask(row: dict[str, Any]) -> str:
    """A person's request: each ingredient by its name, as far as the line gives one away before its first comma."""
    items = [line.split(",")[0].strip() for line in row["ingredients"]]
    return f"I have {', '.join(items)}. Make me {row['title']}."
