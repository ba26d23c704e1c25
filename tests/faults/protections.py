"""What keeps Everytick from losing and doubling, each by a name by which a control run takes it away.

An instance that lacks one must do damage under its fault, or the fault's row proves nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import psycopg

import lib.drafts.send_store
import lib.jobs.bookkeeping
import lib.jobs.claim
import lib.jobs.lease
import lib.jobs.settle
import lib.status.blobs
import lib.store.connection
import lib.store.lease
import lib.store.store
import lib.ticks.bounded_send
import lib.ticks.decision
import lib.ticks.facts
import lib.ticks.handover
import lib.ticks.ledger
import lib.ticks.tick
import lib.ticks.watchdog
from lib.jobs.retry import RetryDecision, decide_expiry
from lib.ticks.decision import Handover, TickDecision

TAKE_AWAY: Final[dict[str, Callable[[], None]]] = {}


def protection(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make the decorated function what takes the protection `name` away from this process."""

    def keep(function: Callable[[], None]) -> Callable[[], None]:
        TAKE_AWAY[name] = function
        return function

    return keep


def take_away(name: str) -> None:
    """Take the protection `name` away from this process, for good."""
    TAKE_AWAY[name]()


def _edit(module: Any, name: str, *changes: tuple[str, str]) -> None:
    """Change a statement of `module`; each part to be changed has to be there."""
    statement = getattr(module, name)
    for old, new in changes:
        if old not in statement:
            raise LookupError(f"{module.__name__}.{name} has no {old!r} any more")
        statement = statement.replace(old, new)
    setattr(module, name, statement)


@protection("inline fallback")
def _no_fallback() -> None:
    """A failed send is taken for a good one."""
    decided = lib.ticks.decision.after_handover

    def after_handover(decision: TickDecision, handover: Handover) -> TickDecision:
        return decided(decision, Handover.ACCEPTED if handover is Handover.FAILED else handover)

    vars(lib.ticks.handover)["after_handover"] = after_handover


@protection("watchdog")
def _no_watchdog() -> None:
    """Nobody looks at what became of earlier ticks, and no breaker is read."""
    vars(lib.ticks.tick)["watch"] = lambda _: replace(lib.ticks.watchdog.UNWATCHED, complete=True)


@protection("send deadline")
def _no_send_deadline() -> None:
    """A send may take as long as it likes."""
    made = lib.ticks.bounded_send.BoundedSender.__init__

    def __init__(self: Any, post: Any, *, clock: Any, deadline_ms: int) -> None:  # noqa: N807
        made(self, post, clock=clock, deadline_ms=deadline_ms * 10_000)

    lib.ticks.bounded_send.BoundedSender.__init__ = __init__  # type: ignore[method-assign]


@protection("end of a job's lease")
def _no_lease_expiry() -> None:
    """Who holds a job holds it for ever."""
    _edit(lib.jobs.lease, "EXPIRED", ("lease_expires_at <= everytick_now()", "false"))


@protection("end of a single flight's lease")
def _no_flight_expiry() -> None:
    """Who works alone is never relieved."""
    _edit(lib.store.lease, "TAKE", (" OR held.expires_at <= everytick_now()", ""))


@protection("fencing token")
def _no_fencing() -> None:
    """Whoever comes last writes a job's end."""
    _edit(
        lib.jobs.settle,
        "SETTLE",
        ("AND jobs.lease_token = told.token", ""),
        ("WHERE jobs.status = 'running'", "WHERE true"),
    )


@protection("claim of a draft")
def _no_draft_claim() -> None:
    """A draft that is found sending is sent."""
    _edit(
        lib.drafts.send_store,
        "READ",
        ("d.status,", "CASE d.status WHEN 'sending' THEN 'pending' ELSE d.status END AS status,"),
    )
    _edit(lib.drafts.send_store, "CLAIM", (" AND status = 'pending'", ""))


@protection("second mark of a send")
def _no_second_mark() -> None:
    """A send that may have been taken looks like one that was not."""
    _edit(lib.drafts.send_store, "COMMIT_TO_IT", ("SET unsent_as_of = NULL", "SET unsent_as_of = updated_at"))


@protection("work of earlier ticks")
def _no_work_of_earlier_ticks() -> None:
    """A drain does what came with its own tick, and leaves what is older."""
    paused = "kind <> ALL(%(paused_kinds)s)"
    for name in ("ROTATING", "PLAIN"):
        _edit(lib.jobs.claim, name, (paused, f"{paused} AND created_at > everytick_now() - interval '30 s'"))


@protection("claim of a job")
def _no_job_claim() -> None:
    """Whoever looks for leases that ran out ends those of the living too."""
    _edit(lib.jobs.lease, "EXPIRED", ("lease_expires_at <= everytick_now()", "true"))


@protection("single flight")
def _no_single_flight() -> None:
    """A lease is taken from whoever has it."""
    _edit(lib.store.lease, "TAKE", ("WHERE held.expires_at IS NULL", "WHERE true OR held.expires_at IS NULL"))


@protection("one dispatch a window")
def _no_window() -> None:
    """Each tick sends, whatever others sent for its window."""
    _edit(lib.ticks.ledger, "BEGIN", ("WHERE held.state IN", "WHERE true OR held.state IN"))


@protection("shared clock")
def _no_shared_clock() -> None:
    """A tick goes by its instance's own clock."""
    read = lib.ticks.facts.tick_context
    vars(lib.ticks.tick)["tick_context"] = lambda services: replace(read(services), now=services.clock.now())


@protection("second try of a transaction")
def _no_second_try() -> None:
    """A drain gives up at the first transaction that fails."""
    lib.jobs.bookkeeping.TRIES = 1  # type: ignore[misc]


@protection("bounded wait for PostgreSQL")
def _no_bounded_wait() -> None:
    """Whoever waits for the server waits for ever."""
    lib.store.connection.BoundedConnection.wait = psycopg.Connection.wait  # type: ignore[method-assign]


@protection("cache that fails nothing")
def _no_harmless_cache() -> None:
    """What Redis does not take fails the run."""

    def attempt(_: Any, call: Callable[[], object], *, rested: bool = False) -> object:
        del rested
        return call()

    type.__setattr__(lib.status.blobs.RedisStatusBlobs, "_attempt", attempt)


@protection("count of crashes")
def _no_crash_count() -> None:
    """A job that kills its worker is taken for one that had not begun."""

    def decide(*, started: bool, crashes: int, max_attempts: int) -> RetryDecision:
        del started
        return decide_expiry(started=False, crashes=crashes, max_attempts=max_attempts)

    vars(lib.jobs.lease)["decide_expiry"] = decide


@protection("check of a pooled connection")
def _no_check() -> None:
    """A connection is used as it comes out of the pool."""
    vars(lib.store.store)["check_connection"] = lambda _: None
