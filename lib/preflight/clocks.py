"""How far the clocks are apart that a signature's age is judged by: 300 s and every call is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from lib.clock import Clock
from lib.inngest_signature import SKEW_SECONDS
from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import Subject
from lib.verification.look import NoAnswer, look

WARN_SECONDS: Final = 30.0
MOST_SECONDS: Final = 240.0
"""What is left of the 300 s then is a slow call's."""
DATABASE: Final = "the database"
OWN_ENDPOINT: Final = "the own endpoint"
INNGEST: Final = "Inngest's API"
NOW: Final = "SELECT everytick_now()"
CURE: Final = "Set the clocks by NTP; at 300 s apart every call of Inngest's is refused."


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """One other clock, seen from this instance."""

    whose: str
    seconds: float | None
    """Ahead of this instance's; negative behind; None where it said nothing."""

    def __str__(self) -> str:
        told = "says nothing" if self.seconds is None else f"{self.seconds:+.1f} s"
        return f"{self.whose} {told}"


def check_clocks(subject: Subject) -> Check:
    """The database's, the own endpoint's and Inngest's, each against this instance's."""
    return judge_clocks(tuple(_skews(subject)))


def judge_clocks(skews: tuple[Skew, ...]) -> Check:
    """The verdict. Pure. Inngest's clock may stay unknown: its server need not say the time."""
    seen = f"Against this instance: {', '.join(map(str, skews))}. Signatures allow {SKEW_SECONDS} s."
    known = {skew.whose: abs(skew.seconds) for skew in skews if skew.seconds is not None}
    worst = max(known.values(), default=0.0)
    if worst > MOST_SECONDS:
        return not_ok(CheckName.CLOCKS, seen, cure=CURE)
    if not {DATABASE, OWN_ENDPOINT} <= known.keys():
        return cannot_know(CheckName.CLOCKS, seen, cure="Mend what keeps the clock from being read first.")
    return ok(CheckName.CLOCKS, seen, cure=CURE if worst > WARN_SECONDS else None)


def _skews(subject: Subject) -> Iterator[Skew]:
    clock = subject.services.clock
    with subject.reading() as connection:
        before = clock.now()
        ((now,),) = connection.execute(NOW).fetchall()
        yield Skew(whose=DATABASE, seconds=_ahead(now, before, clock.now()))
    endpoint = subject.endpoint
    yield _of_web(OWN_ENDPOINT, endpoint.url if endpoint else None, clock)
    if subject.registration is not None and subject.registration.signed:
        yield _of_web(INNGEST, subject.inngest_api, clock)


def _of_web(whose: str, url: str | None, clock: Clock) -> Skew:
    """By the answer's `Date`, which is cut to whole seconds."""
    if url is None:
        return Skew(whose=whose, seconds=None)
    before = clock.now()
    try:
        date = _read(look("HEAD", url, headers={}, clock=clock).date)
    except NoAnswer:
        date = None
    if date is None:
        return Skew(whose=whose, seconds=None)
    return Skew(whose=whose, seconds=_ahead(date, before, clock.now(), cut=timedelta(seconds=1)))


def _read(date: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read is not None and read.tzinfo is None else read


def _ahead(other: datetime, before: datetime, after: datetime, *, cut: timedelta = timedelta()) -> float:
    """How far `other` is surely ahead, asked between `before` and `after`; 0 when it may lie between them.

    It may have been later by `cut`.
    """
    if other + cut < before:
        return (other + cut - before).total_seconds()
    return max(0.0, (other - after).total_seconds())
