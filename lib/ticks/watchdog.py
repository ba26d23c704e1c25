"""The watchdog: what became of earlier ticks, looked at by each tick before it decides (design §5).

Accepted is not executed (failure D3), and a run that fell silent ends nothing (failure D4). It runs where
the ticks come in, outside of what it watches.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import psycopg
import structlog

from lib.errors import StoreError
from lib.log.events import LogEvent
from lib.services import Services
from lib.status.run_status import JobName
from lib.store.store import Connection
from lib.ticks.breaker import (
    OPENS_AFTER,
    Breaker,
    BreakerFacts,
    BreakerMove,
    BreakerState,
    ProbeLine,
    may_probe,
    next_move,
)
from lib.ticks.breaker_store import move_breaker, read_breakers
from lib.ticks.watch_lines import LineWatch, settle_lost_dispatches, tell_lines, watch_lines
from lib.work.abandon import AbandonedRun, abandon_silent_runs
from lib.work.responsibilities import RESPONSIBILITIES

NOW: Final = "SELECT everytick_now()"
JUDGED: Final = """
SELECT failed_at IS NULL FROM dispatch_lines
WHERE job_name = %s AND (executed_at IS NOT NULL OR failed_at IS NOT NULL)
  AND dispatched_at > coalesce(%s, '-infinity'::timestamptz)
ORDER BY dispatched_at DESC LIMIT %s
"""
PROBE: Final = """
SELECT line.dispatched_at, line.executed_at IS NOT NULL, coalesce(line.failure <> 'unexecuted', false),
    coalesce(run.status = 'running', false)
FROM dispatch_lines AS line LEFT JOIN runs AS run USING (job_name, run_id)
WHERE line.job_name = %s AND line.dispatch_key = %s
"""
EVENTS: Final = {
    BreakerState.OPEN: LogEvent.BREAKER_OPENED,
    BreakerState.CLOSED: LogEvent.BREAKER_CLOSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityWatch:
    """What became of one responsibility's earlier ticks, and its breaker now."""

    lines: LineWatch = field(default_factory=LineWatch)
    breaker: Breaker = field(default_factory=Breaker)
    moved: BreakerMove | None = None
    """How this look changed the breaker."""
    probe_due: bool = False
    """Whether this window may try to claim the breaker's probe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the watchdog found."""

    found: Mapping[str, ResponsibilityWatch]
    """By the responsibility's name."""
    abandoned: tuple[AbandonedRun, ...] = ()
    """The runs that this look closed."""
    complete: bool = True
    """False when it could not look: the tick then goes on as if all were well, degraded."""


UNWATCHED: Final = Watch(found={r.name: ResponsibilityWatch() for r in RESPONSIBILITIES}, complete=False)
"""What is known without a look."""


def watch(services: Services) -> Watch:
    """Close what fell silent, mark what was not executed, move the breakers; what was found.

    Never keeps a tick from its work: what goes wrong here is logged.
    """
    try:
        with services.store.transaction() as connection:
            watched = _look(connection, services)
    except (StoreError, psycopg.Error) as error:
        structlog.get_logger().error(
            LogEvent.WATCH_FAILED,
            error_class=type(error).__name__,
            exc_info=None if isinstance(error, StoreError) else error,
        )
        return UNWATCHED
    _tell(watched)
    return watched


def foresee(services: Services) -> Watch:
    """What a look would find now; nothing is changed or logged. Raises StoreError."""
    with services.store.transaction() as connection, connection.transaction(force_rollback=True):
        return _look(connection, services)


def _look(connection: Connection, services: Services) -> Watch:
    """One look in the caller's transaction; what it finds is told when that is committed."""
    grace = timedelta(seconds=services.settings.background_jobs_dispatch_grace_seconds)
    max_age = timedelta(seconds=services.settings.background_jobs_max_event_age_seconds)
    abandoned = abandon_silent_runs(connection, services)
    settle_lost_dispatches(connection, grace)
    ((now,),) = connection.execute(NOW).fetchall()
    breakers = read_breakers(connection)
    found = {}
    for responsibility in RESPONSIBILITIES:
        job_name = responsibility.job_name
        lines = watch_lines(connection, job_name, grace=grace, max_age=max_age)
        breaker = breakers[job_name]
        move = next_move(_facts(connection, job_name, breaker, now=now, grace=grace))
        if move is not None:
            move = move if move_breaker(connection, job_name, breaker, move) else None
            breaker = read_breakers(connection)[job_name]
        found[responsibility.name] = ResponsibilityWatch(
            lines=lines, breaker=breaker, moved=move, probe_due=may_probe(breaker, now)
        )
    return Watch(found=found, abandoned=tuple(abandoned))


def _facts(
    connection: Connection, job_name: JobName, breaker: Breaker, *, now: datetime, grace: timedelta
) -> BreakerFacts:
    """What the breaker's next move rests on."""
    latest: tuple[bool, ...] = ()
    if breaker.state is BreakerState.CLOSED:
        judged = connection.execute(JUDGED, (job_name, breaker.changed_at, OPENS_AFTER))
        latest = tuple(went for (went,) in judged)
    return BreakerFacts(
        now=now, breaker=breaker, latest=latest, probe=_probe(connection, job_name, breaker), grace=grace
    )


def _probe(connection: Connection, job_name: JobName, breaker: Breaker) -> ProbeLine | None:
    if breaker.probe_key is None:
        return None
    row = connection.execute(PROBE, (job_name, breaker.probe_key)).fetchone()
    if row is None:
        return None
    return ProbeLine(dispatched_at=row[0], executed=row[1], failed=row[2], alive=row[3])


def _tell(watched: Watch) -> None:
    """Log what a look has changed, and write the blobs of the runs that it closed."""
    for run in watched.abandoned:
        run.tell()
    for responsibility in RESPONSIBILITIES:
        found = watched.found[responsibility.name]
        tell_lines(responsibility.job_name, found.lines)
        if found.moved is not None:
            structlog.get_logger().log(
                logging.ERROR if found.moved.state is BreakerState.OPEN else logging.WARNING,
                EVENTS[found.moved.state],
                job_name=responsibility.job_name,
                reason=found.moved.reason,
            )
