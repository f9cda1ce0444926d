"""How a run is asked to stop, and how it ends then."""

import json
import signal
from pathlib import Path
from typing import Any

from process import ranks


class Canceled(Exception):
    """The run was asked to stop and did so between two steps; its checkpoint is on disk."""

    def __init__(self, results: dict[str, float]) -> None:
        super().__init__("canceled")
        self.results = results


class AlreadyThere(Exception):
    """The checkpoint that the run resumed from is at the step that it should end after: no step is trained."""


class StopFlag:
    """Set by SIGTERM, read between steps. Of several processes none stops alone: they agree at the start of a step.

    A run can also be asked to end early and keep its model: the agent writes `keep_file`, with the step to end after. A
    file, because a signal to the process group would end the launcher of several processes.
    """

    keep_file: Path | None = None
    # For the run-end: where the run ended before its last step, and why. None for a run that took all its steps.
    stopped: dict[str, Any] | None = None

    def __init__(self) -> None:
        self.is_set = False
        self._asked = False
        signal.signal(signal.SIGTERM, self._set)

    @property
    def asked(self) -> bool:
        """Whether this process was, whatever the others say: for work that it does alone."""
        return self._asked or self.is_set

    def _set(self, _signal: int, _frame: object) -> None:
        self._asked = True
        self.is_set = self.is_set or ranks.world() == 1

    def agree(self) -> None:
        """Where one process was asked to stop, all are; every process calls this at the same place."""
        if ranks.world() > 1:
            self.is_set = ranks.any_of(self._asked)

    def keeps(self, step: int) -> bool:
        """Whether the run is asked to end after this step and to keep its model. Every process calls this at the same
        steps, and all get the same answer."""
        return ranks.any_of(self._is_asked(step))

    def _is_asked(self, step: int) -> bool:
        if self.keep_file is None:
            return False
        try:
            after: int = json.loads(self.keep_file.read_text(encoding="utf-8"))["afterStep"]
        except FileNotFoundError:
            return False
        return step >= after

    def end_early(self, step: int, total: int, reason: str) -> None:
        """`reason` is request, or no-improvement where the held-out loss no longer fell."""
        self.stopped = {"step": step, "totalSteps": total, "reason": reason}
