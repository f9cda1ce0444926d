"""How a run is asked to stop, and how it ends then."""

import signal

from process import ranks


class Canceled(Exception):
    """The run was asked to stop and did so between two steps; its checkpoint is on disk."""

    def __init__(self, results: dict[str, float]) -> None:
        super().__init__("canceled")
        self.results = results


class StopFlag:
    """Set by SIGTERM, read between steps. Of several processes none stops alone: they agree at the start of a step."""

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
