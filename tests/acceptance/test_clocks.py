"""Instances whose own clocks are a minute off: what they share goes by the database's clock (design §1.4)."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis

from app import create_app
from lib.clock import Deadline, SystemClock
from lib.composition import Composition, compose
from lib.jobs.drain import drain
from lib.services import Services
from lib.single_flight import single_flight
from lib.store.lease import LeaseHeld, LeaseName
from lib.work.call import RunCall
from lib.work.durable_maintenance import maintain_step
from lib.work.run_error import RunDeferred
from tests import seed
from tests.conftest import Database
from tests.ticks.dispatching import NAMES, at_window_start, sending_to, tick
from tests.ticks.event_apis import event_api, takes

MINUTE = timedelta(minutes=1)
Instance = Callable[..., Composition]


class ClockThatIsOff(SystemClock):
    """The machine's clock, set wrong."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


@pytest.fixture
def instance(environ: dict[str, str]) -> Iterator[Callable[..., Composition]]:
    """An instance whose clock is off."""
    made: list[Composition] = []

    def build(by: timedelta, **changes: str) -> Composition:
        made.append(compose({**environ, **changes}, clock=ClockThatIsOff(by)))
        return made[-1]

    yield build
    for composition in made:
        if composition.services is not None:
            composition.services.store.close()


def services_of(composition: Composition) -> Services:
    assert composition.services is not None
    return composition.services


@pytest.fixture
def pair(instance: Instance) -> tuple[Services, Services]:
    """One a minute fast, one a minute slow."""
    return services_of(instance(MINUTE)), services_of(instance(-MINUTE))


def now(database: Database) -> datetime:
    found: datetime = database.value("SELECT everytick_now()")
    return found


def processed(services: Services) -> int:
    return drain(services, deadline=Deadline.after_ms(services.clock, 60_000)).processed


class TestInline:
    @pytest.mark.parametrize("by", [MINUTE, -MINUTE], ids=["fast", "slow"])
    def test_everything_written_is_of_the_shared_clock(
        self, instance: Instance, database: Database, cache: "redis.Redis", by: timedelta
    ) -> None:
        """The window, the run and its blob, however wrong the clock of the instance."""
        at_window_start(database)
        seed.due_job(database)
        shared = now(database)
        status, body = tick(create_app(instance(by)).test_client())
        assert (status, body["mode"]) == (200, "inline")
        assert body["dispatchKey"].endswith(shared.strftime("%Y-%m-%dT%H:%M:00Z"))
        blob: dict[str, Any] = json.loads(str(cache.get("job:v1:global:process-background-jobs")))
        written = [body["requestedAt"], body["timestamp"], blob["updatedAt"], blob["finishedAt"]]
        assert [at for at in written if abs(datetime.fromisoformat(at) - shared) > MINUTE / 2] == []
        runs = database.rows("SELECT started_at, finished_at, beat_at FROM runs")
        assert [at for run in runs for at in run if abs(at - shared) > MINUTE / 2] == []

    def test_a_retry_is_due_for_all_at_once(
        self, pair: tuple[Services, Services], database: Database
    ) -> None:
        """A failed job waits for its time by the shared clock, whoever asks for it."""
        fast, slow = pair
        database.run(
            "INSERT INTO jobs (kind, status, payload, attempt)"
            " VALUES ('system.noop', 'pending', '{\"fail\": \"again\"}', 3)"
        )
        assert processed(fast) == 1, "failed for the fourth time: the next try is 16 to 20 s from now"
        assert (processed(slow), processed(fast)) == (0, 0)
        database.shift_clock(timedelta(seconds=25))
        assert processed(slow) == 1


class TestLeases:
    def test_a_live_lease_is_live_for_a_fast_clock(
        self, pair: tuple[Services, Services], database: Database
    ) -> None:
        """Its lease of a minute would long have ended by the clock of who asks."""
        fast, slow = pair
        with single_flight(slow, LeaseName.INLINE):
            ends: datetime = database.value("SELECT expires_at FROM leases")
            assert timedelta(seconds=50) < ends - now(database) <= MINUTE
            with pytest.raises(LeaseHeld) as held, single_flight(fast, LeaseName.INLINE):
                pass
            assert held.value.until >= ends

    def test_an_ended_lease_is_ended_for_a_slow_clock(
        self, pair: tuple[Services, Services], database: Database
    ) -> None:
        fast, slow = pair
        with single_flight(fast, LeaseName.INLINE):
            database.shift_clock(timedelta(seconds=61))
            with single_flight(slow, LeaseName.INLINE):
                pass

    def test_a_deferred_run_is_called_again_when_the_lease_ends(
        self, pair: tuple[Services, Services], database: Database
    ) -> None:
        """The engine is told the shared clock's time, not that of the instance that was asked."""
        fast, slow = pair
        called = RunCall(run_id="r1", attempt=0, tick=None, forced=False)
        with single_flight(slow, LeaseName.MAINTENANCE), pytest.raises(RunDeferred) as deferred:
            ends = database.value("SELECT expires_at FROM leases")
            maintain_step(fast, called)
        assert deferred.value.until == ends

    def test_a_drain_beside_takes_nothing_that_is_held(
        self, pair: tuple[Services, Services], database: Database
    ) -> None:
        """A job's lease of a minute is not over for an instance that is two minutes ahead of its holder."""
        fast, slow = pair
        database.run(
            "INSERT INTO jobs (kind, status, lease_token, leased_by, lease_expires_at, started_at)"
            " VALUES ('system.noop', 'running', gen_random_uuid(), %s,"
            " everytick_now() + interval '50 s', everytick_now())",
            slow.instance,
        )
        assert processed(fast) == 0
        database.shift_clock(timedelta(seconds=51))
        assert processed(slow) == 1


class TestInngest:
    def test_both_are_in_the_same_window(self, instance: Instance, database: Database) -> None:
        """The second of two ticks, two minutes apart by their own clocks, is a duplicate."""
        at_window_start(database)
        with event_api(takes) as api:
            settings = sending_to(api.address, deadline_ms=10_000)
            answers = [
                tick(create_app(instance(by, **settings)).test_client()) for by in (MINUTE, -MINUTE, MINUTE)
            ]
            assert [event["name"] for event in api.events] == NAMES
        assert [(status, body["mode"]) for status, body in answers] == [
            (202, "inngest"),
            (202, "duplicate"),
            (202, "duplicate"),
        ]
        assert len({body["dispatchKey"] for _, body in answers}) == 1

    def test_neither_takes_the_other_for_dead(self, instance: Instance, database: Database) -> None:
        """An accepted event has its grace, however late it is by the next instance's clock."""
        at_window_start(database)
        grace = {"BACKGROUND_JOBS_DISPATCH_GRACE_SECONDS": "100"}
        with event_api(takes) as api:
            settings = {**sending_to(api.address, deadline_ms=10_000), **grace}
            assert tick(create_app(instance(-MINUTE, **settings)).test_client())[1]["mode"] == "inngest"
            at_window_start(database, later_s=60)
            assert tick(create_app(instance(MINUTE, **settings)).test_client())[1]["mode"] == "inngest"
            at_window_start(database, later_s=120)
            assert tick(create_app(instance(-MINUTE, **settings)).test_client())[1]["mode"] != "inngest"
