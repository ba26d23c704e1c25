"""The ledger as a state machine: however senders begin, settle, fall silent and wake (failure L3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from lib.rollout.controls import DispatchControl
from lib.services import Services
from lib.store.store import Connection
from lib.ticks.decision import (
    Handover,
    ResponsibilityFacts,
    TickFacts,
    after_handover,
    decide,
)
from lib.ticks.events import Dispatch, TickSource, tick_events
from lib.ticks.ledger import begin_dispatch, count_tick, is_dispatched, record_tick, settle_dispatch
from lib.ticks.send_error import SendErrorClass
from lib.ticks.sent import SendFailure, Sent
from lib.ticks.window import window_at
from tests.conftest import Database

HOLD_MS = 20_000
WINDOW = window_at(datetime(2026, 11, 23, 19, 50, tzinfo=UTC), 60)
FACTS = TickFacts(
    use_inngest=True,
    inngest_usable=True,
    control=DispatchControl.AUTO,
    percent=100,
    draw=0.5,
    in_canary=True,
    responsibilities={"process": ResponsibilityFacts(), "maintenance": ResponsibilityFacts()},
)
INNGEST = decide(FACTS)
INLINE = decide(replace(FACTS, use_inngest=False))
FAILURE = SendFailure(error_class=SendErrorClass.INCOMPLETE, message="fewer")


class Sender:
    """An instance that believes it holds the window, maybe no longer."""

    def __init__(self, holder: str, dispatch: Dispatch) -> None:
        self.holder = holder
        self.dispatch = dispatch


class LedgerMachine(RuleBasedStateMachine):
    """Begin, work inline, accept, fail, fall silent, wake, in any order, by several instances."""

    services: Services
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.database.reset()
        self.shift = timedelta()
        self.ticks = 0
        self.generations: list[int] = []
        """Of the sends that began, in order."""
        self.current: Sender | None = None
        """Who began last."""
        self.until = timedelta()
        """When its hold ends, on the shifted clock."""
        self.state: str | None = None
        """What the ledger should say; None before the first tick."""
        self.accepted_lines = 0

    senders = Bundle("senders")

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with self.services.store.transaction() as connection:
            yield connection

    @property
    def free(self) -> bool:
        """Whether a tick that may send should get the window now."""
        silent = self.state == "dispatching" and self.shift >= self.until
        return self.state in (None, "failed", "inline") or silent

    @rule(target=senders, holder=st.sampled_from(["a", "a", "b", "c"]))
    def begin(self, holder: str) -> object:
        """At most one live sender; what was accepted is never sent again; generations only grow."""
        wanted = Dispatch(
            window=WINDOW,
            generation=0,
            source=TickSource.CRON,
            requested_at=WINDOW.start,
            correlation_id=f"c{self.ticks}",
        )
        with self.connection() as connection:
            assert is_dispatched(connection, WINDOW) is not self.free
            begun = begin_dispatch(connection, wanted, INNGEST, holder=holder, hold_ms=HOLD_MS)
            if begun is None:
                count_tick(connection, WINDOW, INNGEST)
        self.ticks += 1
        assert (begun is not None) == self.free
        if begun is None:
            return multiple()
        assert begun.generation == len(self.generations)
        self.generations.append(begun.generation)
        self.current = Sender(holder, begun)
        self.until = self.shift + timedelta(milliseconds=HOLD_MS)
        self.state, self.accepted_lines = "dispatching", 0
        return self.current

    @rule()
    def tick_inline(self) -> None:
        """Only counts in a window that somebody else decided."""
        with self.connection() as connection:
            record_tick(connection, WINDOW, INLINE, correlation_id="inline")
        self.ticks += 1
        self.state = self.state or "inline"

    @rule(sender=senders, acknowledged=st.integers(0, 2))
    def settle(self, sender: Sender, acknowledged: int) -> None:
        """Only whoever holds the window changes it, however late a former holder wakes up."""
        failed = acknowledged < 2
        sent = Sent(event_ids=("1", "2")[:acknowledged], send_ms=5, error=FAILURE if failed else None)
        then = after_handover(INNGEST, Handover.FAILED if failed else Handover.ACCEPTED)
        ours = sender is self.current and self.state == "dispatching"
        with self.connection() as connection:
            settled = settle_dispatch(connection, sender.dispatch, then, sent, holder=sender.holder)
        assert settled == ours
        if ours:
            self.state, self.accepted_lines = ("failed" if failed else "accepted"), acknowledged

    @rule(seconds=st.sampled_from([5, 15, 25]))
    def time_passes(self, seconds: int) -> None:
        self.shift += timedelta(seconds=seconds)
        self.database.shift_clock(self.shift)

    @invariant()
    def the_row_says_so(self) -> None:
        rows = self.database.rows("SELECT state, generation, ticks, holder IS NOT NULL FROM dispatches")
        if self.state is None:
            assert rows == []
            return
        generation = self.generations[-1] if self.generations else 0
        assert rows == [(self.state, generation, self.ticks, self.state == "dispatching")]

    @invariant()
    def the_lines_say_so(self) -> None:
        """Of the newest generation, with its event ids; what was acknowledged is on its way."""
        rows = self.database.rows(
            "SELECT state, generation, event_id FROM dispatch_lines ORDER BY job_name DESC"
        )
        if self.current is None:
            assert [row[0] for row in rows] == ([] if self.state is None else ["inline"] * 2)
            return
        states = {
            "dispatching": ["dispatching"] * 2,
            "accepted": ["accepted"] * 2,
            "failed": ["accepted"] * self.accepted_lines + ["failed"] * (2 - self.accepted_lines),
        }[str(self.state)]
        ids = [event.id for event in tick_events(self.current.dispatch)]
        generation = self.current.dispatch.generation
        assert rows == [(state, generation, one) for state, one in zip(states, ids, strict=True)]


def test_ledger_machine(services: Services, database: Database) -> None:
    """The laws of the ledger: one live sender a window, accepted is final, generations grow by one."""

    class Machine(LedgerMachine):
        pass

    Machine.services, Machine.database = services, database
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
