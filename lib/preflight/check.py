"""One line of the preflight: what was looked at, the verdict, what was seen, and the cure."""

from dataclasses import dataclass
from enum import StrEnum

from lib.exit_codes import ExitCode


class CheckName(StrEnum):
    """What is looked at; docs/preflight.md says what each proves and what it cannot."""

    GUARD = "guard"
    FLAG = "flag"
    BUDGETS = "budgets"
    DATABASE = "database"
    CONNECTIONS = "connections"
    REDIS = "redis"
    CLOCKS = "clocks"
    ENDPOINT = "endpoint"
    EVENT_KEY = "event_key"
    REGISTRATION = "registration"
    INNGEST = "inngest"
    TICKS = "ticks"
    BREAKERS = "breakers"
    LINES = "lines"
    QUEUE = "queue"
    PREVIEW = "preview"


class CheckVerdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    """It was seen to be right."""
    NOT_OK = "not_ok"
    """It was seen to be wrong."""
    CANNOT_KNOW = "cannot_know"
    """It could not be seen; that is no proof of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check's outcome."""

    name: CheckName
    verdict: CheckVerdict
    seen: str
    """What was found, without a secret."""
    cure: str | None = None
    """What to do; None where nothing is."""

    def as_json(self) -> dict[str, str | None]:
        """The public shape."""
        return {"name": self.name, "verdict": self.verdict, "seen": self.seen, "cure": self.cure}


def ok(name: CheckName, seen: str, *, cure: str | None = None) -> Check:
    """It is right; a `cure` is then a warning's."""
    return Check(name=name, verdict=CheckVerdict.OK, seen=seen, cure=cure)


def not_ok(name: CheckName, seen: str, *, cure: str) -> Check:
    """It is wrong."""
    return Check(name=name, verdict=CheckVerdict.NOT_OK, seen=seen, cure=cure)


def cannot_know(name: CheckName, seen: str, *, cure: str) -> Check:
    """It cannot be seen from here."""
    return Check(name=name, verdict=CheckVerdict.CANNOT_KNOW, seen=seen, cure=cure)


def exit_code(checks: tuple[Check, ...]) -> ExitCode:
    """1 when anything is wrong, else 7 when anything could not be known, else 0."""
    verdicts = {check.verdict for check in checks}
    if CheckVerdict.NOT_OK in verdicts:
        return ExitCode.FAILED
    return ExitCode.DEGRADED if CheckVerdict.CANNOT_KNOW in verdicts else ExitCode.WELL
