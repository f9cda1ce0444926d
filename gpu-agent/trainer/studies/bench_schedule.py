"""Which arm of the training bench may begin before a deadline, by what the earlier ones took. Pure: no clock here."""

from dataclasses import dataclass, field

# Two rounds of one arm differ by at most 11% on a busy machine.
MARGIN = 1.1
Key = tuple[str, str]  # method and arm


@dataclass(frozen=True)
class LeftOut:
    """What was not measured and why; without a method or round, none of them was."""

    arm: str
    reason: str
    method: str | None = None
    round: int | None = None

    def __str__(self) -> str:
        where = f"round {self.round}: " if self.round else ""
        return f"{where}{self.method + ', ' if self.method else ''}{self.arm}: left out: {self.reason}"


@dataclass
class Schedule:
    """`deadline` is in seconds since the bench began, None for no end. `scale` is how many times the work of a warm-up a
    whole arm has."""

    deadline: float | None
    scale: float
    warmed: dict[Key, tuple[float, float]] = field(default_factory=dict)
    measured: dict[Key, float] = field(default_factory=dict)

    def note_warm_up(self, key: Key, wall: float, training: float) -> None:
        """Seconds of a warm-up: in all, and of them those of the training, which grow with the data."""
        self.warmed[key] = (wall, training)

    def note(self, key: Key, wall: float) -> None:
        self.measured[key] = max(wall, self.measured.get(key, 0.0))

    def expected_warm_up(self) -> float:
        """Seconds: as long as the longest so far; 0 where nothing is known."""
        return max((wall for wall, _ in self.warmed.values()), default=0.0)

    def expected(self, key: Key) -> float:
        """Seconds of an arm: as its own longest round; before its first, by its warm-up, whose kernels may have been
        compiled, but no longer than the longest of the others."""
        if key in self.measured:
            return self.measured[key]
        guesses = [max(self.measured.values())] if self.measured else []
        if key in self.warmed:
            wall, training = self.warmed[key]
            guesses.append(max(0.0, wall - training) + training * self.scale)
        return min(guesses, default=0.0)

    def why_not(self, key: Key, elapsed: float, warm_up: bool = False) -> str | None:
        """Why an arm may not begin `elapsed` seconds after the bench did; None where it may."""
        if self.deadline is None:
            return None
        needed = MARGIN * (self.expected_warm_up() if warm_up else self.expected(key))
        left = self.deadline - elapsed
        if left > 0 and needed <= left:
            return None
        return f"it takes about {needed:.0f} s, and {max(0.0, left):.0f} s are left before the deadline of {self.deadline:.0f} s"
