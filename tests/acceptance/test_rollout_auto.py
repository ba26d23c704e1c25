"""The cutover by evidence alone: the ticks themselves advance it, and take it back (design §10)."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from lib.rollout.control_store import set_control
from lib.rollout.controls import ControlName, ControlValue, DispatchControl
from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES
from tests.acceptance.loop_books import Books, kept_books
from tests.acceptance.loop_ticks import BOUND, Selective, breaker, late_coverage, modes, ticks
from tests.conftest import Database
from tests.durable import World, self_hosted_world

SMALLER = {"BACKGROUND_JOBS_ROLLOUT_MIN_WINDOWS": "6", "BACKGROUND_JOBS_ROLLOUT_MIN_MINUTES": "20"}
"""A sample that comes together sooner; what is decided of it is the same."""
ROLLED_BACK_WITHIN = {5: 107, 25: 20, 100: 8}
"""Windows from the first that fails, by the stage; docs/rollout.md says where each comes from."""
CHANGES = "SELECT name, value, actor FROM control_changes ORDER BY id"


@pytest.fixture
def relay() -> Selective:
    return Selective()


@pytest.fixture
def world(environ: dict[str, str], database: Database, relay: Selective) -> Iterator[World]:
    with self_hosted_world({**environ, **SMALLER}, database, relay=relay) as made:
        past: float = database.value("SELECT mod(extract(epoch FROM everytick_now()), 60)::float8")
        made.engine.advance(60 - past + 0.001)
        yield made


@pytest.fixture
def books(database: Database, world: World) -> Iterator[Books]:
    """Work for each tick, watched by triggers; after the world, whose clock they go by."""
    del world
    with kept_books(database) as kept:
        yield kept


def steered_from(world: World, percent: int, **more: ControlValue) -> None:
    """An operator begins at `percent` and leaves the rest to the ticks."""
    values = {"dispatch_percent": percent, "rollout_auto": True, **more}
    with world.services.store.transaction() as connection:
        for name, value in values.items():
            set_control(connection, ControlName(name.replace("_", ".")), value, actor="ops", reason="cutover")


def controls(world: World) -> dict[str, object]:
    return dict(world.database.rows("SELECT name, value FROM controls"))


def until(world: World, reached: Callable[[], bool], *, at_most: int) -> list[dict[str, Any]]:
    """Ticks until it is `reached`, one a window."""
    answers: list[dict[str, Any]] = []
    while not reached():
        assert len(answers) < at_most, controls(world)
        answers += ticks(world, 1)
    return answers


class TestForward:
    def test_from_5_to_100_by_evidence_alone(self, world: World) -> None:
        """Each stage shows its windows before the next; the last switches the steering off."""
        steered_from(world, 5)
        at_5 = until(world, lambda: controls(world)["dispatch.percent"] == 25, at_most=150)
        at_25 = until(world, lambda: controls(world)["dispatch.percent"] == 100, at_most=60)
        at_100 = until(world, lambda: controls(world)["rollout.auto"] is False, at_most=30)
        assert [modes(part[:-1]).count("inngest") for part in (at_5, at_25)] == [6, 6]
        assert set(modes(at_100)) == {"inngest"}
        assert world.database.rows(CHANGES) == [
            ("dispatch.percent", 5, "ops"),
            ("rollout.auto", True, "ops"),
            ("dispatch.percent", 25, "everytick"),
            ("dispatch.mode", "auto", "everytick"),
            ("dispatch.percent", 100, "everytick"),
            ("dispatch.mode", "auto", "everytick"),
            ("rollout.auto", False, "everytick"),
        ]
        assert late_coverage(world, upto=BOUND) == []

    def test_the_reason_that_is_kept_is_the_evidence(self, world: World) -> None:
        steered_from(world, 25)
        until(world, lambda: controls(world)["dispatch.percent"] == 100, at_most=60)
        kept = world.database.value("SELECT reason FROM controls WHERE name = 'dispatch.percent'")
        assert kept.startswith("evidence at 25 %: 6 windows, 100 % executed, in ")

    def test_not_before_its_time(self, world: World) -> None:
        """At 100 % six windows come together in six minutes: the stage lasts its 20 all the same."""
        steered_from(world, 100)
        ticks(world, 19)
        assert controls(world)["rollout.auto"] is True
        ticks(world, 3)
        assert controls(world)["rollout.auto"] is False

    def test_not_beyond_what_the_environment_lets_go(
        self, environ: dict[str, str], database: Database, relay: Selective
    ) -> None:
        capped = {**environ, **SMALLER, "BACKGROUND_JOBS_INNGEST_PERCENT": "25"}
        with self_hosted_world(capped, database, relay=relay) as world:
            steered_from(world, 25)
            ticks(world, 40)
            assert controls(world) == {"dispatch.percent": 25, "rollout.auto": True}

    def test_nothing_moves_while_it_is_off(self, world: World) -> None:
        steered_from(world, 25, rollout_auto=False)
        ticks(world, 40)
        assert controls(world) == {"dispatch.percent": 25, "rollout.auto": False}

    def test_an_engine_that_is_always_late_is_not_gone_on_with(self, world: World, relay: Selective) -> None:
        """Its runs find their ticks covered by inline windows: nothing is lost, and nothing is shown."""
        relay.delay_s = 400
        steered_from(world, 25)
        for _ in range(40):
            ticks(world, 1)
            relay.act()
            world.engine.run_until_idle()
        assert controls(world).get("dispatch.percent") == 25


def break_calls(relay: Selective) -> None:
    relay.registered.clear()


def break_one(relay: Selective) -> None:
    relay.registered.discard(MAINTENANCE.event_name)


def break_events(relay: Selective) -> None:
    relay.refuses = True


class TestBack:
    @pytest.mark.parametrize("percent", [25, 100])
    @pytest.mark.parametrize("breaks", [break_calls, break_one, break_events])
    def test_an_engine_that_starts_failing(
        self,
        world: World,
        relay: Selective,
        books: Books,
        breaks: Callable[[Selective], None],
        percent: int,
    ) -> None:
        """Back to inline by the tick itself, within the documented windows; nothing lost, nothing doubled."""
        steered_from(world, percent)
        ticks(world, 8)
        breaks(relay)
        until(
            world,
            lambda: controls(world).get("dispatch.mode") == "inline",
            at_most=ROLLED_BACK_WITHIN[percent],
        )
        assert controls(world)["rollout.auto"] is False
        for _ in range(6):
            books.expect({"any"})
            assert modes(ticks(world, 1)) == ["inline"]
        assert books.undone() == []
        assert books.doubled() == []
        assert late_coverage(world, upto=BOUND) == []

    def test_at_5_it_takes_longer_and_costs_nothing(self, world: World, relay: Selective) -> None:
        steered_from(world, 5)
        break_calls(relay)
        until(world, lambda: controls(world).get("dispatch.mode") == "inline", at_most=ROLLED_BACK_WITHIN[5])
        assert late_coverage(world, upto=BOUND) == []

    def test_the_tick_that_goes_back_is_inline_itself(self, world: World, relay: Selective) -> None:
        steered_from(world, 100)
        ticks(world, 4)
        break_calls(relay)
        answers = until(world, lambda: controls(world).get("dispatch.mode") == "inline", at_most=8)
        assert (answers[-1]["mode"], answers[-1]["reason"]) == ("inline", "control_inline")

    def test_a_hiccup_does_not(self, world: World, relay: Selective) -> None:
        """One window that fails holds the stage, until enough others went well."""
        steered_from(world, 100)
        ticks(world, 4)
        relay.refuses = True
        ticks(world, 1)
        relay.refuses = False
        until(world, lambda: controls(world)["rollout.auto"] is False, at_most=40)
        assert controls(world).get("dispatch.mode") is None

    def test_the_reason_says_what_went_wrong(self, world: World, relay: Selective) -> None:
        steered_from(world, 100)
        break_calls(relay)
        until(world, lambda: controls(world).get("dispatch.mode") == "inline", at_most=8)
        reason = world.database.value("SELECT reason FROM controls WHERE name = 'dispatch.mode'")
        assert reason.startswith("rolled back from 100 %: ")
        shown = world.app.test_cli_runner().invoke(args=["rollout", "show", "--json"])
        assert (shown.exit_code, json.loads(shown.stdout)["wentBack"]) == (7, True)

    @pytest.mark.parametrize("later", [0, 3, 7, 11])
    def test_after_it_a_person_begins_anew(self, world: World, relay: Selective, later: int) -> None:
        """What failed before does not count, nor what is judged only later; an open breaker only waits."""
        world.engine.advance(60 * later)
        steered_from(world, 25)
        break_calls(relay)
        until(world, lambda: controls(world).get("dispatch.mode") == "inline", at_most=20)
        relay.registered = {r.event_name for r in RESPONSIBILITIES}
        steered_from(world, 25, dispatch_mode=DispatchControl.AUTO)
        until(world, lambda: controls(world)["dispatch.percent"] == 100, at_most=80)
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]

    def test_what_is_judged_after_it_begins_no_second_breach(self, world: World, relay: Selective) -> None:
        """Sent before it went back, found undone after a person began anew: it only holds."""
        steered_from(world, 100)
        ticks(world, 4)
        break_calls(relay)
        until(world, lambda: controls(world).get("dispatch.mode") == "inline", at_most=8)
        relay.registered = {r.event_name for r in RESPONSIBILITIES}
        steered_from(world, 100, dispatch_mode=DispatchControl.AUTO)
        until(world, lambda: controls(world)["rollout.auto"] is False, at_most=60)
        assert controls(world)["dispatch.mode"] == "auto"


class TestLevers:
    def test_the_flag_wins(self, environ: dict[str, str], database: Database, relay: Selective) -> None:
        """With the flag off nothing goes and nothing is steered, whatever the controls say."""
        off = {**SMALLER, "BACKGROUND_JOBS_USE_INNGEST": "false"}
        with self_hosted_world(environ, database, relay=relay, settings=off) as world:
            steered_from(world, 100, dispatch_mode=DispatchControl.INNGEST)
            assert {(a["mode"], a["reason"]) for a in ticks(world, 30)} == {("inline", "flag_off")}
            assert controls(world)["rollout.auto"] is True

    def test_a_mode_that_ends_gives_the_steering_back(self, world: World) -> None:
        """`back --for 10m`: inline for ten minutes, then the stage begins anew."""
        steered_from(world, 100)
        ticks(world, 15)
        now = world.database.value("SELECT everytick_now()")
        with world.services.store.transaction() as connection:
            set_control(
                connection,
                ControlName.DISPATCH_MODE,
                DispatchControl.INLINE,
                actor="ops",
                reason="look",
                expires_at=now + timedelta(minutes=10),
            )
        assert modes(ticks(world, 10)) == ["inline"] * 10
        after = ticks(world, 15)
        assert set(modes(after)) == {"inngest"}
        assert controls(world)["rollout.auto"] is True, "the time before does not count"
        ticks(world, 8)
        assert controls(world)["rollout.auto"] is False

    def test_steering_that_fails_keeps_no_tick(self, world: World) -> None:
        """The evidence cannot be read: logged, and the tick goes its way."""
        steered_from(world, 100)
        world.database.run("ALTER TABLE jobs RENAME TO jobs_of_another_version")
        try:
            with capture_logs() as logs:
                (answer,) = ticks(world, 1, run=False)
        finally:
            world.database.run("ALTER TABLE jobs_of_another_version RENAME TO jobs")
        assert [one["error_class"] for one in logs if one["event"] == "rollout.not_steered"] == [
            "UndefinedTable"
        ]
        assert answer["mode"] == "inngest"
        assert PROCESS.event_name in answer["enqueuedEvents"]
