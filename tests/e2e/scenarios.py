"""What must come out whichever engine calls: each scenario runs on the executor and on a real dev server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lib.status.run_status import RunSource
from lib.ticks.inline import every_as, work_inline
from lib.work.responsibilities import MAINTENANCE, PROCESS
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.e2e.driver import Driver, event

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Something that an app goes through, and the runs that it leaves."""

    play: Callable[[Driver], None]
    """Send events and let them settle; what it asserts itself is beside the runs."""
    runs: Rows
    """(job name, source, status), sorted: written out by hand."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Changes to the app's environment."""

    @property
    def name(self) -> str:
        """As tests are called."""
        return self.play.__name__.replace("_", " ")


def runs(database: Database) -> Rows:
    """The runs as they are now."""
    return database.rows("SELECT job_name, source, status FROM runs WHERE run_id <> 'old' ORDER BY 1, 2, 3")


def fill(database: Database, count: int) -> None:
    database.run(
        "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, %s)", count
    )


def jobs_done_once(database: Database, count: int) -> None:
    found = database.rows("SELECT status, attempt, crashes, count(*) FROM jobs GROUP BY 1, 2, 3")
    assert found == [("succeeded", 1, 0, count)]


def idle_tick(driver: Driver) -> None:
    driver.send(event(driver, PROCESS), event(driver, MAINTENANCE))
    driver.settle(closed=2)


def tick_of_the_cron_route(driver: Driver) -> None:
    seed_overdue(driver.database)
    assert driver.tick()["mode"] == "inngest"
    driver.settle(closed=2)
    assert outcome(driver.database) == OUTCOME


def one_overdue_item_each(driver: Driver) -> None:
    seed_overdue(driver.database)
    driver.send(event(driver, PROCESS), event(driver, MAINTENANCE))
    driver.settle(closed=2)
    assert outcome(driver.database) == OUTCOME


def same_event_twice(driver: Driver) -> None:
    one = event(driver, PROCESS)
    doubled = {**one, "id": f"bg-process:{one['data']['dispatchKey']}"}
    driver.send(doubled)
    driver.settle(closed=1)
    driver.send({**doubled, "data": {**one["data"], "dispatchKey": f"{one['data']['dispatchKey']}:other"}})
    driver.settle(closed=1)


def same_key_twice(driver: Driver) -> None:
    one = event(driver, PROCESS)
    driver.send(one)
    driver.settle(closed=1)
    driver.send(one)
    driver.settle(closed=1)


def redispatched(driver: Driver) -> None:
    one = event(driver, PROCESS)
    driver.send(one)
    driver.settle(closed=1)
    again = event(driver, PROCESS, dispatchKey=f"{one['data']['dispatchKey']}:g1", generation=1)
    driver.send(again)
    driver.settle(closed=2)


def call_of_no_tick(driver: Driver) -> None:
    driver.send({"name": PROCESS.event_name, "data": {}})
    driver.settle(closed=1)


def expired(driver: Driver) -> None:
    driver.send(event(driver, PROCESS, requestedAt="2026-01-01T00:00:00.000Z"))
    driver.settle(closed=1)


def forced(driver: Driver) -> None:
    driver.send(event(driver, PROCESS, requestedAt="2026-01-01T00:00:00.000Z", force=True))
    driver.settle(closed=1)


def accepted_late(driver: Driver) -> None:
    late = event(driver, PROCESS), event(driver, MAINTENANCE)
    work_inline(
        driver.services, sources=every_as(RunSource.INLINE_FALLBACK), dispatch_key="late", budget_ms=60_000
    )
    driver.send(*late)
    driver.settle(closed=4)


def several_drains(driver: Driver) -> None:
    fill(driver.database, 13)
    driver.send(event(driver, PROCESS))
    driver.settle(closed=1)
    jobs_done_once(driver.database, 13)


def drains_side_by_side(driver: Driver) -> None:
    fill(driver.database, 33)
    driver.send(event(driver, PROCESS))
    driver.settle(closed=1)
    jobs_done_once(driver.database, 33)


def item_that_fails_once(driver: Driver) -> None:
    """Maintenance of lead memory fails in the first step and goes well in its own."""
    driver.database.run(
        "CREATE SEQUENCE item_failures; CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN IF nextval(''item_failures'') = 1 THEN RAISE EXCEPTION ''once''; END IF; RETURN OLD; END';"
        " CREATE TRIGGER fail_once BEFORE DELETE ON lead_memory_entries"
        " FOR EACH ROW EXECUTE FUNCTION fail_once()"
    )
    try:
        seed_overdue(driver.database)
        driver.send(event(driver, MAINTENANCE))
        driver.settle(closed=1)
    finally:
        driver.database.run("DROP FUNCTION fail_once CASCADE; DROP SEQUENCE item_failures")
    assert outcome(driver.database)["lead_memory_entries"] == OUTCOME["lead_memory_entries"]


def step_that_fails_once(driver: Driver) -> None:
    """The whole drain fails once; the engine calls it again after 15 to 45 s."""
    driver.database.run(
        "CREATE SEQUENCE step_failures; CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN IF nextval(''step_failures'') = 1 THEN RAISE EXCEPTION ''once''; END IF; RETURN NULL; END';"
        " CREATE TRIGGER fail_once BEFORE UPDATE ON jobs"
        " FOR EACH STATEMENT EXECUTE FUNCTION fail_once()"
    )
    try:
        driver.send(event(driver, PROCESS))
        driver.settle(closed=1)
    finally:
        driver.database.run("DROP FUNCTION fail_once CASCADE; DROP SEQUENCE step_failures")
    assert driver.database.rows("SELECT attempt FROM runs") == [(1,)]


_PROCESS: Final = (PROCESS.job_name.value, "inngest", "succeeded")
_MAINTENANCE: Final = (MAINTENANCE.job_name.value, "inngest", "succeeded")
_LIMIT: Final = {"BACKGROUND_JOB_CRON_LIMIT": "5"}

SCENARIOS: Final = (
    Scenario(play=idle_tick, runs=[_MAINTENANCE, _PROCESS]),
    Scenario(play=tick_of_the_cron_route, runs=[_MAINTENANCE, _PROCESS]),
    Scenario(play=one_overdue_item_each, runs=[_MAINTENANCE, _PROCESS]),
    Scenario(play=same_event_twice, runs=[_PROCESS]),
    Scenario(play=same_key_twice, runs=[_PROCESS]),
    Scenario(play=redispatched, runs=[_PROCESS, _PROCESS]),
    Scenario(play=call_of_no_tick, runs=[(PROCESS.job_name.value, "manual", "succeeded")]),
    Scenario(play=expired, runs=[(PROCESS.job_name.value, "inngest", "superseded")]),
    Scenario(play=forced, runs=[_PROCESS]),
    Scenario(
        play=accepted_late,
        runs=[
            (MAINTENANCE.job_name.value, "inline-fallback", "succeeded"),
            (MAINTENANCE.job_name.value, "inngest", "superseded"),
            (PROCESS.job_name.value, "inline-fallback", "succeeded"),
            (PROCESS.job_name.value, "inngest", "superseded"),
        ],
    ),
    Scenario(play=several_drains, runs=[_PROCESS], settings=_LIMIT),
    Scenario(
        play=drains_side_by_side,
        runs=[_PROCESS],
        settings={
            **_LIMIT,
            "BACKGROUND_JOBS_INNGEST_CONCURRENCY": "3",
            "BACKGROUND_JOBS_PARALLEL_DRAINS": "2",
        },
    ),
    Scenario(play=item_that_fails_once, runs=[_MAINTENANCE]),
    Scenario(play=step_that_fails_once, runs=[_PROCESS]),
)
