"""What Prometheus reads: durable rows at the moment of a scrape, never this process's memory (design §2).

Any instance answers alike, a restart forgets nothing, and an instance of one request can tell as well.
Only gauges, therefore: rows grow old and go, which a counter may not. Every metric is a row of
docs/operations.md (a test holds the two together).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import structlog

from lib.clock import Deadline
from lib.drafts.auto_send import AutoSendVerdict
from lib.drafts.auto_send_store import decisions_of_a_day
from lib.environment.decision import DeploymentKind
from lib.errors import StoreError, StoreTimedOut
from lib.jobs.health import queue_health
from lib.log.events import LogEvent
from lib.rollout.control_store import stored_controls
from lib.rollout.controls import controls_from
from lib.rollout.share import share_of
from lib.rollout.steering import went_back
from lib.services import Services
from lib.store.store import Connection
from lib.ticks.breaker import BreakerState
from lib.ticks.breaker_store import read_breakers
from lib.ticks.decision import TickMode
from lib.vitals.open_lines import open_lines
from lib.vitals.recent_windows import recoveries_of_a_day, windows_by_mode
from lib.vitals.stuck_runs import stuck_runs
from lib.vitals.tick_arrivals import tick_arrivals
from lib.work.responsibilities import RESPONSIBILITIES

STATEMENT_MS: Final = 1_000
IN_ALL_MS: Final = 3_000
"""After this no further statement begins."""
NAMES: Final = {responsibility.job_name: responsibility.name for responsibility in RESPONSIBILITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One gauge."""

    name: str
    labels: tuple[str, ...] = ()
    help: str


UP: Final = Metric(
    name="everytick_up", help="Whether the database answered; at 0 all other metrics are left out."
)
WINDOWS: Final = Metric(
    name="everytick_recent_windows",
    labels=("mode",),
    help="Windows of the last 24 hours, by the mode of their latest tick.",
)
RECOVERIES: Final = Metric(
    name="everytick_recent_recoveries",
    help="Ticks of the last 24 hours that did what an earlier event had left undone.",
)
WINDOWS_MISSING: Final = Metric(
    name="everytick_windows_missing",
    help="Windows without a tick until now, in production only: 3 are an alarm.",
)
TICK_AGE: Final = Metric(
    name="everytick_last_tick_age_seconds",
    help="Time since the latest tick; left out before the first.",
)
LINES: Final = Metric(
    name="everytick_open_lines",
    labels=("responsibility", "state"),
    help="Lines that no run has covered: young, waiting (older than the grace) or unexecuted.",
)
STUCK: Final = Metric(
    name="everytick_stuck_runs", help="Runs that fell silent and that no tick has closed yet."
)
BREAKER: Final = Metric(
    name="everytick_breaker_state",
    labels=("responsibility", "state"),
    help="1 for the state that the breaker is in: closed, open or half_open.",
)
SHARE: Final = Metric(
    name="everytick_rollout_percent",
    help="The share of windows that goes to Inngest, by flag, controls and keys; 0 while all is inline.",
)
WENT_BACK: Final = Metric(
    name="everytick_rollout_went_back",
    help="1 once a tick took the rollout back by itself, until somebody sets the mode anew.",
)
DUE: Final = Metric(name="everytick_jobs_due", help="Jobs that could run now; 100,000 means at least that.")
OLDEST: Final = Metric(
    name="everytick_oldest_due_job_age_seconds",
    help="How long the oldest due job has been due; 0 when none is.",
)
RUNNING: Final = Metric(name="everytick_jobs_running", help="Jobs that somebody holds a lease of.")
PAST_LEASE: Final = Metric(
    name="everytick_jobs_running_past_lease",
    help="Those of them whose lease is over: their workers died or are cut off.",
)
DEAD: Final = Metric(name="everytick_jobs_dead", help="Jobs that were given up and wait for an operator.")
AUTO_SENDS: Final = Metric(
    name="everytick_recent_auto_sends",
    labels=("decision",),
    help="Decisions of the last 24 hours on sending drafts without a person, when stored and at run time.",
)

METRICS: Final = (
    UP,
    WINDOWS,
    RECOVERIES,
    WINDOWS_MISSING,
    TICK_AGE,
    LINES,
    STUCK,
    BREAKER,
    SHARE,
    WENT_BACK,
    DUE,
    OLDEST,
    RUNNING,
    PAST_LEASE,
    DEAD,
    AUTO_SENDS,
)
"""Every one, in the order in which they are told."""

Sample = tuple[Metric, tuple[str, ...], float]
"""A metric, the values of its labels, and its own."""


def read_samples(services: Services) -> list[Sample]:
    """Every metric that has a value, in one transaction; only UP, at 0, where the database does not answer.

    Raises EnvironmentRefused.
    """
    deadline = Deadline.after_ms(services.clock, IN_ALL_MS)
    samples: list[Sample] = [(UP, (), 1)]
    try:
        with services.store.transaction(
            statement_timeout_ms=STATEMENT_MS, checkout_timeout_ms=STATEMENT_MS
        ) as connection:
            for read in _READERS:
                if deadline.passed:
                    raise StoreTimedOut
                samples.extend(read(connection, services))
    except StoreError as error:
        structlog.get_logger().warning(LogEvent.STORE_UNAVAILABLE, while_doing="metrics", code=error.code)
        return [(UP, (), 0)]
    return samples


def _windows(connection: Connection, _: Services) -> Iterator[Sample]:
    found = windows_by_mode(connection)
    for mode in sorted({*TickMode, *found}):
        yield WINDOWS, (mode,), found.get(mode, 0)
    yield RECOVERIES, (), recoveries_of_a_day(connection)


def _arrivals(connection: Connection, services: Services) -> Iterator[Sample]:
    seen = tick_arrivals(connection, services.settings.background_jobs_dispatch_window_seconds)
    if services.environment.kind is DeploymentKind.PRODUCTION:
        yield WINDOWS_MISSING, (), seen.missing
    if seen.last_tick_at is not None:
        yield TICK_AGE, (), seen.silent_seconds


def _lines(connection: Connection, services: Services) -> Iterator[Sample]:
    grace = services.settings.background_jobs_dispatch_grace_seconds
    for name, held in open_lines(connection, grace_seconds=grace).items():
        for state, count in held.as_json().items():
            yield LINES, (NAMES[name], state), count


def _runs(connection: Connection, services: Services) -> Iterator[Sample]:
    silent = services.settings.background_jobs_stuck_run_seconds
    yield STUCK, (), stuck_runs(connection, stuck_seconds=silent)


def _breakers(connection: Connection, _: Services) -> Iterator[Sample]:
    for name, breaker in read_breakers(connection).items():
        for state in BreakerState:
            yield BREAKER, (NAMES[name], state), breaker.state is state


def _rollout(connection: Connection, services: Services) -> Iterator[Sample]:
    stored = stored_controls(connection)
    usable = services.environment.inngest_usable
    yield SHARE, (), share_of(services.settings, controls_from(stored.values()), usable=usable)
    yield WENT_BACK, (), went_back(stored)


def _queue(connection: Connection, services: Services) -> Iterator[Sample]:
    queue = queue_health(connection, services.settings)
    yield DUE, (), queue.due
    yield OLDEST, (), queue.oldest_due_age_seconds or 0
    yield RUNNING, (), queue.running
    yield PAST_LEASE, (), queue.running_past_lease
    yield DEAD, (), queue.dead


def _auto_sends(connection: Connection, _: Services) -> Iterator[Sample]:
    found = decisions_of_a_day(connection)
    for decision in sorted({*AutoSendVerdict, *found}):
        yield AUTO_SENDS, (decision,), found.get(decision, 0)


_READERS: Final[tuple[Callable[[Connection, Services], Iterator[Sample]], ...]] = (
    _windows,
    _arrivals,
    _lines,
    _runs,
    _breakers,
    _rollout,
    _queue,
    _auto_sends,
)
