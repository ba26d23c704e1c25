"""What keeps a step of a durable run from being done now."""

from datetime import datetime

from lib.errors import EverytickError


class RunError(EverytickError):
    """A step of a durable run could not be done now; the engine calls again."""

    code = "run_error"
    retriable = True


class RunDeferred(RunError):
    """Somebody else is doing this right now; the run goes on when their lease ends."""

    code = "run_deferred"

    def __init__(self, message: str | None = None, *, until: datetime) -> None:
        """`until` is when the lease ends unless it is renewed, by the database's clock."""
        super().__init__(message)
        self.until = until


class StepBroken(RunError):
    """The step's work raised; what it raised is in the log and, redacted, in this message."""

    code = "step_broken"


class StepsMissing(RunError):
    """Steps that ran side by side came back incomplete, as after a redeploy that renamed one."""

    code = "steps_missing"


class MemoUnreadable(RunError):
    """A step of this run came back in another shape than it was given, as after a rollback."""

    code = "memo_unreadable"
