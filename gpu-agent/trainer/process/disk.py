"""What a library's error says of the disk: few of them raise an OSError with the system's number."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

PLACE = "the agent's home (PALATE_AGENT_HOME)"
AGAIN = "then try again."
NUMBERS = {
    errno.ENOSPC: ("disk_full", f"the disk of {PLACE} is full", f"Free some space there, {AGAIN}"),
    errno.EDQUOT: (
        "disk_full",
        f"the disk quota of {PLACE} is used up",
        f"Raise the quota or free some space there, {AGAIN}",
    ),
    errno.EROFS: (
        "trainer_failed",
        f"the disk of {PLACE} is read-only",
        f"Mount that disk for writing, {AGAIN}",
    ),
}
FULL_TEXTS = re.compile(
    r"no space left on device|os error 28\b"  # safetensors, tokenizers and others written in Rust or C++
    r"|database or disk is full"  # SQLite
    r"|unexpected pos \d+ vs \d+"  # torch.save
    r"|\d+ requested and \d+ written",  # NumPy's tofile, and so a GGUF
    re.IGNORECASE,
)
QUOTA_TEXTS = re.compile(r"disk quota exceeded|os error 122\b", re.IGNORECASE)
READ_ONLY_TEXTS = re.compile(r"read-only file system|os error 30\b|readonly database", re.IGNORECASE)
TEXTS = ((FULL_TEXTS, errno.ENOSPC), (QUOTA_TEXTS, errno.EDQUOT), (READ_ONLY_TEXTS, errno.EROFS))


def explain_disk(error: BaseException) -> dict[str, str] | None:
    """Code, message and remedy of a file that the disk did not take; None for any other failure."""
    for one in causes(error):
        number = find_number(one)
        if number is None:
            continue
        code, why, remedy = NUMBERS[number]
        named = one.filename if isinstance(one, OSError) else None
        what = f"The file {Path(str(named)).name}" if named else "A file of the run"
        return {"code": code, "message": f"{what} could not be written: {why}.", "remedy": remedy}
    return None


def find_number(error: BaseException) -> int | None:
    if isinstance(error, OSError) and error.errno in NUMBERS:
        return error.errno
    text = str(error)
    return next((number for pattern, number in TEXTS if pattern.search(text)), None)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
