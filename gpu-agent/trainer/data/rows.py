"""Rows of a JSON Lines file: read, weighed, and split into those to train on and those held out."""

import json
import random
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from job.job import JobError

Row = TypeVar("Row")


def read_rows(path: Path, needed: tuple[str, ...], most: int = 0) -> list[dict[str, Any]]:
    """JSON lines with the needed text fields, the first `most` of them (0: all); raises `JobError` naming the first bad line.

    A line ends at a line feed and nowhere else: a text may hold U+2028, U+2029 or U+0085, at which `splitlines` cuts too.
    """
    rows: list[dict[str, Any]] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if most and len(rows) == most:
                break
            if line.strip():
                rows.append(_read_row(line, number, path.name, needed))
    if not rows:
        raise JobError(
            "bad_data", f"{path.name} holds no rows.", "Label some pairs or choose another dataset."
        )
    return rows


def _read_row(line: bytes, number: int, name: str, needed: tuple[str, ...]) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
        fields_present = isinstance(row, dict) and all(row.get(field) for field in needed)
    except ValueError:
        fields_present = False
    if not fields_present:
        raise JobError(
            "bad_data",
            f"Line {number} of {name} is not an object with {', '.join(needed)}.",
            "Correct or remove that line.",
        )
    return row


def bad_row(number: int, fault: str, remedy: str) -> JobError:
    """What is wrong with a row, by its number from 1; `fault` is the rest of a sentence about it."""
    return JobError("bad_data", f"Example {number} {fault}.", remedy)


def weight_of(row: dict[str, Any]) -> float:
    """A row's weight in the loss, 1 where it names none; raises `JobError`."""
    weight = row.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 100:
        raise JobError("bad_data", f"A row's weight is {weight!r}.", "Use a number from 0 to 100.")
    return float(weight)


def hold_out(
    rows: list[Row], share: float, seed: int, key: Callable[[Row], Hashable]
) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows to evaluate on, by seed. Rows of one key (a prompt) stay on one side."""
    if not share:
        return rows, []
    keys = list(dict.fromkeys(key(row) for row in rows))
    random.Random(seed).shuffle(keys)
    held = set(keys[: max(1, round(share * len(keys)))])
    trained = [row for row in rows if key(row) not in held]
    if not trained:
        raise JobError(
            "bad_data",
            "There are too few different prompts to hold some out.",
            "Add data, or set evalShare to 0.",
        )
    return trained, [row for row in rows if key(row) in held]
