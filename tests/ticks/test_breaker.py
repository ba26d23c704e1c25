"""One responsibility's breaker: what moves it, and that only one window probes (design §5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.services import Services
from lib.status.run_status import JobName
from lib.store.store import Connection
from lib.ticks.breaker import (
    OPENS_AFTER,
    PAUSE_SECONDS,
    Breaker,
    BreakerFacts,
    BreakerMove,
    BreakerReason,
    BreakerState,
    ProbeLine,
    may_probe,
    next_move,
)
from lib.ticks.breaker_store import claim_probe, move_breaker, read_breakers, reset_breaker
from tests.conftest import Database
from tests.ticks.dispatching import AppAt, tick
from tests.ticks.event_apis import EventApiServer

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GRACE = timedelta(seconds=180)
HALF_OPEN = Breaker(state=BreakerState.HALF_OPEN, opened_at=NOW, probe_key="k", changed_at=NOW - GRACE)
OPEN_IT = BreakerMove(state=BreakerState.OPEN, reason=BreakerReason.LINES_FAILED)


def facts(breaker: Breaker, *, latest: tuple[bool, ...] = (), probe: ProbeLine | None = None) -> BreakerFacts:
    return BreakerFacts(now=NOW, breaker=breaker, latest=latest, probe=probe, grace=GRACE)


def probe(*, age: float = 60, **changes: bool) -> ProbeLine:
    fields: dict[str, Any] = {"executed": False, "failed": False, "alive": False, **changes}
    return ProbeLine(dispatched_at=NOW - timedelta(seconds=age), **fields)


class TestNextMove:
    @given(latest=st.lists(st.booleans(), max_size=6))
    def test_bad_lines_in_a_row_open_it(self, latest: list[bool]) -> None:
        move = next_move(facts(Breaker(), latest=tuple(latest)))
        opens = len(latest) >= OPENS_AFTER and not any(latest[:OPENS_AFTER])
        assert move == (OPEN_IT if opens else None)

    def test_an_open_one_waits_for_a_window_to_probe(self) -> None:
        breaker = Breaker(state=BreakerState.OPEN, opened_at=NOW, probe_after=NOW, changed_at=NOW)
        assert next_move(facts(breaker, latest=(True, True, True))) is None

    @pytest.mark.parametrize(
        ("line", "state", "reason"),
        [
            pytest.param(probe(executed=True), "closed", "probe_executed", id="executed"),
            pytest.param(probe(executed=True, age=999), "closed", "probe_executed", id="late but executed"),
            pytest.param(probe(failed=True), "open", "probe_failed", id="not sent, or its run failed"),
            pytest.param(probe(), None, None, id="there is time"),
            pytest.param(probe(age=180), "open", "probe_unexecuted", id="nothing heard within the grace"),
            pytest.param(probe(age=600, alive=True), None, None, id="its run is under way"),
            pytest.param(None, "open", "probe_unexecuted", id="the ledger lost it"),
        ],
    )
    def test_a_probe_is_judged_by_its_own_run(
        self, line: ProbeLine | None, state: str | None, reason: str | None
    ) -> None:
        """Inline work covers the probe's line within a minute: no word about the engine (D3)."""
        move = next_move(facts(HALF_OPEN, probe=line))
        assert (move and move.state, move and move.reason) == (state, reason)


@pytest.fixture
def open_breaker(services: Services) -> Breaker:
    """Of maintenance, just opened."""
    with services.store.transaction() as connection:
        assert move_breaker(connection, JobName.MAINTENANCE, Breaker(), OPEN_IT)
        return read_breakers(connection)[JobName.MAINTENANCE]


class TestStored:
    """Failure L10: what is decided stands in the database, for every instance and after any restart."""

    def test_an_instance_that_starts_goes_by_it(
        self, app_at: AppAt, good: EventApiServer, open_breaker: Breaker
    ) -> None:
        """It has seen none of the lines that opened it."""
        del open_breaker
        _, body = tick(app_at(good))
        assert (body["mode"], body["reason"]) == ("inline", "breaker_open")
        assert body["enqueuedEvents"] == ["background/process.requested"]
        assert body["maintenance"] is not None

    def test_one_of_two_moves_wins(self, services: Services, open_breaker: Breaker) -> None:
        """Two ticks see the same state; what the second saw is no longer so."""
        with services.store.transaction() as connection:
            assert not move_breaker(connection, JobName.MAINTENANCE, Breaker(), OPEN_IT)
            held = read_breakers(connection)
        assert held == {JobName.MAINTENANCE: open_breaker, JobName.PROCESS: Breaker()}

    def test_one_window_probes_after_the_pause(
        self, services: Services, database: Database, open_breaker: Breaker
    ) -> None:
        assert open_breaker.changed_at is not None
        assert not may_probe(open_breaker, open_breaker.changed_at)
        assert may_probe(open_breaker, open_breaker.changed_at + timedelta(seconds=PAUSE_SECONDS))
        with services.store.transaction() as connection:
            assert not claim_probe(connection, JobName.MAINTENANCE, "early")
        database.shift_clock(timedelta(seconds=PAUSE_SECONDS + 1))
        with services.store.transaction() as connection:
            assert claim_probe(connection, JobName.MAINTENANCE, "first")
            assert not claim_probe(connection, JobName.MAINTENANCE, "second")
            half_open = read_breakers(connection)[JobName.MAINTENANCE]
        assert (half_open.state, half_open.probe_key) == (BreakerState.HALF_OPEN, "first")
        assert half_open.opened_at == open_breaker.opened_at

    def test_a_failed_probe_keeps_how_long_it_has_been_open(
        self, services: Services, database: Database, open_breaker: Breaker
    ) -> None:
        database.shift_clock(timedelta(seconds=PAUSE_SECONDS + 1))
        again = BreakerMove(state=BreakerState.OPEN, reason=BreakerReason.PROBE_FAILED)
        with services.store.transaction() as connection:
            claim_probe(connection, JobName.MAINTENANCE, "first")
            half_open = read_breakers(connection)[JobName.MAINTENANCE]
            assert move_breaker(connection, JobName.MAINTENANCE, half_open, again)
            reopened = read_breakers(connection)[JobName.MAINTENANCE]
        assert reopened.opened_at == open_breaker.opened_at
        assert reopened.probe_after is not None
        assert open_breaker.probe_after is not None
        assert reopened.probe_after > open_breaker.probe_after

    def test_an_operator_closes_it(
        self, services: Services, database: Database, open_breaker: Breaker
    ) -> None:
        del open_breaker

        def reset(connection: Connection) -> bool:
            return reset_breaker(connection, JobName.MAINTENANCE, actor="ada", reason="engine upgraded")

        with services.store.transaction() as connection:
            assert reset(connection)
            assert not reset(connection)
        assert database.rows("SELECT state, actor, reason FROM breaker_changes ORDER BY id") == [
            ("open", "everytick", "lines_failed"),
            ("closed", "ada", "engine upgraded"),
        ]
