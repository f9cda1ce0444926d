"""Rules across settings. The generated ones come from packages/protocol/src/v1/train-rules.ts, which checks them alike."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """A condition on the value of `field`; the names are those of the job file."""

    field: str
    equals: str | None = None
    given: bool | None = None
    length_differs_from: str | None = None
    not_multiple_of: str | None = None
    times: int = 1

    def holds(self, values: Mapping[str, Any]) -> bool:
        value = values.get(self.field)
        if self.equals is not None:
            return bool(value == self.equals)
        if self.given is not None:
            return bool(value) == self.given
        if self.length_differs_from is not None:
            other = values.get(self.length_differs_from)
            return isinstance(value, list) and isinstance(other, list) and len(value) != len(other)
        return bool(value % (values[self.not_multiple_of or ""] * self.times))


@dataclass(frozen=True)
class Rule:
    """A config for which all conditions hold is refused with this sentence; `{name}` stands for a value."""

    when: list[Condition]
    message: str
    remedy: str

    def is_broken(self, values: Mapping[str, Any]) -> bool:
        return all(condition.holds(values) for condition in self.when)

    def sentence(self, values: Mapping[str, Any]) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: show(values.get(found[1])), self.message)


def show(value: Any) -> str:
    """A value as the job file has it, cut where it is long."""
    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), default=str)
    return text if len(text) <= 80 else f"{text[:80]}…"


def plain(value: Any) -> Any:
    """Whole numbers without a fraction, as JavaScript writes them."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
