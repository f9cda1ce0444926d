"""How a trainer ends a run with a cause and a remedy."""

from job.generated import FailureCode


class JobError(Exception):
    """A failure with a cause a person understands and the remedy for it."""

    def __init__(self, code: FailureCode, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


def refuse(message: str, remedy: str) -> JobError:
    return JobError("bad_job", message, remedy)
