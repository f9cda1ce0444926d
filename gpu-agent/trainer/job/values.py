"""Single values of a job: their types, the words that they may be, and how a wrong one is refused."""

import math
import re
from typing import Any

AUTO = ("auto", "on", "off")
# What a setting in words may be. The names of config keys that are free text stand in FREE_TEXT.
CHOICES: dict[str, tuple[str, ...]] = {
    "precision": ("auto", "fp32", "bf16", "nf4"),
    "gradientCheckpointing": AUTO,
    "prefixSharing": AUTO,
    "lossOn": ("completion", "assistant", "all"),
    "lrSchedule": ("linear", "cosine", "constant"),
}
FREE_TEXT = {"responseTemplate"}


class JobError(Exception):
    """A failure with a cause a person understands and the remedy for it."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


def refuse(message: str, remedy: str) -> JobError:
    return JobError("bad_job", message, remedy)


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def check_value(name: str, value: Any, default: Any) -> Any:
    """Check one configuration value against the type of its default."""
    if isinstance(default, list):
        item = type(default[0]) if default else str
        if not isinstance(value, list) or (default and not value):
            raise refuse(
                f"config.{name} must be a list with at least one entry.", f"Send for example {default}."
            )
        return [check_value(f"{name}[{index}]", entry, item()) for index, entry in enumerate(value)]
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise refuse(f"config.{name} must be true or false.", f"Send for example {str(default).lower()}.")
        return value
    if name in CHOICES and value not in CHOICES[name]:
        raise refuse(f"config.{name} is {value!r}.", f"Use one of {', '.join(CHOICES[name])}.")
    if name in FREE_TEXT:
        if not isinstance(value, str) or len(value) > 200:
            raise refuse(f"config.{name} must be a text of at most 200 characters.", "Send a shorter text.")
        return value
    if isinstance(default, str):
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.]+", value):
            raise refuse(
                f"config.{name} must be a plain name.", "Send letters, digits, dots and underscores."
            )
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refuse(f"config.{name} must be a number.", f"Send for example {default}.")
    if isinstance(default, int):
        if int(value) != value:
            raise refuse(f"config.{name} must be a whole number.", f"Send for example {default}.")
        value = int(value)
    if value < 0:
        raise refuse(f"config.{name} must not be negative.", f"Send for example {default}.")
    return float(value) if isinstance(default, float) else value
