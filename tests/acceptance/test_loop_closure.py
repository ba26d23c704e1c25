"""Accepted is not executed: events that nobody runs, that run late, or of which one runs (design §5)."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES, Responsibility
from tests.acceptance.loop_ticks import BOUND, Selective, breaker, late_coverage, modes, ticks
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.durable import PREFIX, World, call_cron, self_hosted_world


@pytest.fixture
def relay() -> Selective:
    return Selective()


@pytest.fixture
def world(environ: dict[str, str], database: Database, relay: Selective) -> Iterator[World]:
    with self_hosted_world(environ, database, relay=relay) as made:
        past: float = database.value("SELECT mod(extract(epoch FROM everytick_now()), 60)::float8")
        made.engine.advance(60 - past + 0.001)
        yield made


class TestAcceptedAndNeverCalled:
    """Failure D3: 2.5 hours of accepted events, and not one executed."""

    def test_each_tick_is_covered_and_the_breaker_opens(
        self, world: World, relay: Selective, database: Database
    ) -> None:
        relay.registered.clear()
        seed_overdue(database)
        answers = ticks(world, 4)
        assert modes(answers) == ["inngest", "inngest", "inngest", "inline-recovery"]
        assert outcome(database) == OUTCOME
        answers += ticks(world, 6)
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["open", "open"]
        answers += ticks(world, 10)
        assert late_coverage(world, upto=BOUND) == []
        opened = next(n for n, one in enumerate(answers) if one["reason"] == "breaker_open")
        assert modes(answers[opened : opened + 4]) == ["inline"] * 4
        assert all(answer["degraded"] for answer in answers[3 : opened + 5] if answer["mode"] != "inngest")

    def test_it_closes_by_itself_when_the_engine_comes_back(self, world: World, relay: Selective) -> None:
        relay.registered.clear()
        ticks(world, 15)
        relay.registered = {r.event_name for r in RESPONSIBILITIES}
        answers = ticks(world, 8)
        probe = next(n for n, one in enumerate(answers) if one["reason"] == "breaker_probe")
        assert modes(answers[probe : probe + 3]) == ["inngest"] * 3
        assert answers[probe + 1]["reason"] == "enabled"
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]

    def test_one_window_probes_and_the_others_stay_inline(self, world: World, relay: Selective) -> None:
        """Until the probe is judged: inline work covers it within a minute, and that proves nothing."""
        relay.registered.clear()
        answers = ticks(world, 30)
        reasons = [answer["reason"] for answer in answers]
        first = reasons.index("breaker_probe")
        assert reasons[first + 1 : first + 3] == ["breaker_half_open"] * 2
        assert reasons[first + 3] == "breaker_open"
        assert late_coverage(world, upto=BOUND) == []

    def test_a_recovery_is_an_error_in_the_log_and_counted(self, world: World, relay: Selective) -> None:
        relay.registered.clear()
        ticks(world, 3)
        with capture_logs() as logs:
            ticks(world, 1)
        told = {line["event"]: line for line in logs if line["log_level"] == "error"}
        assert told["tick.recovery"]["responsibilities"] == ["maintenance", "process"]
        assert told["tick.recovery"]["unexecuted"] == 2
        assert told["line.unexecuted"]["lines"] == 1
        assert world.database.value("SELECT sum(recoveries) FROM dispatches") == 1

    def test_a_recovery_also_dispatches(self, world: World, relay: Selective) -> None:
        """Failure L5: the recovered tick is handed over as well."""
        relay.registered.clear()
        (*_, recovery) = ticks(world, 4)
        assert (recovery["mode"], recovery["enqueued"]) == ("inline-recovery", True)
        assert len(recovery["enqueuedEvents"]) == 2
        assert recovery["process"] is not None
        assert recovery["maintenance"] is not None


class TestOneFunctionIsNotRegistered:
    """Failure D1 in another dress: processing goes on and maintenance stops."""

    def test_maintenance_is_recovered_and_processing_stays(self, world: World, relay: Selective) -> None:
        relay.registered.discard(MAINTENANCE.event_name)
        answers = ticks(world, 20)
        assert late_coverage(world, upto=BOUND) == []
        assert breaker(world, PROCESS) == "closed"
        assert breaker(world, MAINTENANCE) != "closed"
        inline = [answer for answer in answers if answer["mode"] in ("inline", "inline-recovery")]
        assert inline
        for answer in inline:
            assert PROCESS.event_name in answer["enqueuedEvents"]
            assert answer["process"] is None
            assert answer["maintenance"] is not None
        sources = world.database.rows(
            "SELECT DISTINCT source FROM runs WHERE job_name = %s", PROCESS.job_name
        )
        assert sources == [("inngest",)]


class TestRefused:
    def test_repeated_refusals_open_the_breakers_until_a_probe_is_executed(
        self, world: World, relay: Selective
    ) -> None:
        """Each of these ticks works all the same; from then on none waits for the sending first."""
        relay.refuses = True
        answers = ticks(world, 5)
        assert modes(answers) == ["inline-fallback"] * 3 + ["inline"] * 2
        assert answers[3]["reason"] == "breaker_open"
        relay.refuses = False
        assert "enabled" in [answer["reason"] for answer in ticks(world, 6)]
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]

    def test_refusals_within_one_window_count_once(self, world: World, relay: Selective) -> None:
        """Whoever calls the cron route again and again asks for this very tick each time."""
        relay.refuses = True
        assert {call_cron(world.app)[1]["mode"] for _ in range(5)} == {"inline-fallback"}


class TestLate:
    def test_an_engine_that_calls_after_ten_minutes_does_nothing_twice(
        self, world: World, database: Database
    ) -> None:
        """The work was recovered long before: the late runs end superseded and write nothing."""
        seed_overdue(database)
        ticks(world, 4, run=False)
        assert outcome(database) == OUTCOME
        assert modes(ticks(world, 6, run=False)) == ["inngest"] + ["inline"] * 5
        before = outcome(database)
        world.engine.run_until_idle()
        assert outcome(database) == before
        rows = database.rows(
            "SELECT DISTINCT status, summary ->> 'reason' FROM runs WHERE source = 'inngest'"
        )
        assert rows == [("superseded", "covered")]
        assert late_coverage(world, upto=BOUND) == []

    @pytest.mark.parametrize("minutes", [4, 12, 20])
    def test_one_that_is_always_late_is_no_backlog(
        self, world: World, relay: Selective, minutes: int
    ) -> None:
        """Its runs find nothing to do; if they passed for signs of life, nobody would work any more."""
        relay.delay_s = minutes * 60
        for _ in range(45):
            ticks(world, 1)
            relay.act()
            world.engine.run_until_idle()
        assert late_coverage(world, upto=BOUND) == []
        assert "closed" not in [breaker(world, r) for r in RESPONSIBILITIES]


class TestBacklog:
    def test_a_deep_one_on_a_healthy_engine_is_no_death(self, world: World, database: Database) -> None:
        """One run at work for ten minutes: what waits behind it is reported, and that is all."""
        ticks(world, 3)
        world.engine.hold(f"{PREFIX}{PROCESS.job_name}")
        answers = []
        database.run(
            "INSERT INTO runs (job_name, run_id, source, dispatch_key, status, owner)"
            " VALUES (%s, 'long', 'inngest', 'elsewhere', 'running', 'another')",
            PROCESS.job_name,
        )
        for _ in range(10):
            answers += ticks(world, 1)
            database.run("UPDATE runs SET beat_at = everytick_now() WHERE run_id = 'long'")
        assert modes(answers) == ["inngest"] * 10
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]
        assert answers[-1]["degraded"] is False
        world.engine.release()
        assert modes(ticks(world, 1)) == ["inngest"]


class TestStuck:
    """Failure D4: a run that hung for 22 hours."""

    def hang(self, world: World, responsibility: Responsibility) -> str:
        """A run of the window just dispatched begins and falls silent."""
        world.engine.hold(f"{PREFIX}{responsibility.job_name}")
        key = world.database.value("SELECT max(dispatch_key) FROM dispatches")
        world.database.run(
            "INSERT INTO runs (job_name, run_id, source, dispatch_key, status, owner)"
            " VALUES (%s, 'hung', 'inngest', %s, 'running', 'gone')",
            responsibility.job_name,
            key,
        )
        world.database.run(
            "UPDATE dispatch_lines SET run_id = 'hung' WHERE dispatch_key = %s AND job_name = %s",
            key,
            responsibility.job_name,
        )
        return str(key)

    def test_it_is_closed_and_its_work_was_long_done(
        self, world: World, database: Database, cache: Any
    ) -> None:
        """Closing the row cancels nothing (failure L22): the work did not wait for it."""
        ticks(world, 1, run=False)
        self.hang(world, PROCESS)
        answers = ticks(world, 15, run=False)
        assert database.value("SELECT status FROM runs WHERE run_id = 'hung'") == "running"
        with capture_logs() as logs:
            answers += ticks(world, 2, run=False)
        row = database.rows("SELECT status, error, finished_at IS NULL FROM runs WHERE run_id = 'hung'")
        assert row == [("abandoned", "Fell silent: no sign of life for 900 s.", False)]
        assert [line["run_id"] for line in logs if line["event"] == "run.abandoned"] == ["hung"]
        assert late_coverage(world, upto=BOUND) == []
        del cache

    def test_an_uncovered_one_is_recovered(self, world: World, database: Database) -> None:
        """Ticks were lost meanwhile, so nothing else has covered it."""
        ticks(world, 1, run=False)
        self.hang(world, PROCESS)
        world.clock.advance(900)
        (answer,) = ticks(world, 1, run=False)
        assert (answer["mode"], answer["reason"]) == ("inline-recovery", "unexecuted")
        assert answer["process"] is not None
        assert database.value("SELECT failure FROM dispatch_lines WHERE run_id = 'hung'") == "run_stuck"

    def test_one_between_retries_is_left_alone(self, world: World, database: Database) -> None:
        ticks(world, 1)
        database.run(
            "INSERT INTO runs (job_name, run_id, source, dispatch_key, status, owner, retry_at)"
            " VALUES (%s, 'waits', 'inngest', 'elsewhere', 'running', 'o',"
            " everytick_now() + interval '30 min')",
            PROCESS.job_name,
        )
        ticks(world, 29)
        assert database.value("SELECT status FROM runs WHERE run_id = 'waits'") == "running"
        ticks(world, 4)
        assert database.value("SELECT status FROM runs WHERE run_id = 'waits'") == "abandoned"

    def test_a_killed_inline_run_is_closed_too(self, world: World, database: Database) -> None:
        """Its work was done by the next tick; nobody needs to recover it."""
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner)"
            " VALUES (%s, 'killed', 'inline', 'running', 'gone')",
            MAINTENANCE.job_name,
        )
        answers = ticks(world, 17)
        assert database.value("SELECT status FROM runs WHERE run_id = 'killed'") == "abandoned"
        assert set(modes(answers)) == {"inngest"}


class TestLevers:
    def test_a_rollback_acts_on_the_next_call_of_a_dispatched_window(
        self, world: World, database: Database
    ) -> None:
        seed_overdue(database)
        assert call_cron(world.app)[1]["mode"] == "inngest"
        assert call_cron(world.app)[1]["mode"] == "duplicate"
        database.run(
            "INSERT INTO controls (name, value, actor, reason)"
            " VALUES ('dispatch.mode', '\"inline\"', 'a', 'b')"
        )
        _, body = call_cron(world.app)
        assert (body["mode"], body["reason"], body["enqueued"]) == ("inline", "control_inline", False)
        assert outcome(database) == OUTCOME
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME

    def test_a_watchdog_that_cannot_look_keeps_no_tick_from_its_work(
        self, world: World, database: Database
    ) -> None:
        database.run("ALTER TABLE breakers RENAME TO breakers_away")
        try:
            with capture_logs() as logs:
                (answer,) = ticks(world, 1)
        finally:
            database.run("ALTER TABLE breakers_away RENAME TO breakers")
        assert (answer["mode"], answer["degraded"]) == ("inngest", True)
        assert "watch.failed" in [line["event"] for line in logs]
