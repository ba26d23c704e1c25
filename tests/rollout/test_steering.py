"""Acting on what the gate says, by one of several ticks (design §10)."""

import threading

from lib.rollout.control_store import set_control, stored_controls
from lib.rollout.controls import ControlName, DispatchControl
from lib.rollout.gate import GateDecision, Verdict
from lib.rollout.steering import judge_stage, steer
from lib.services import Services
from lib.settings import Settings
from lib.ticks.breaker import Breaker
from lib.work.responsibilities import RESPONSIBILITIES
from tests.conftest import Database
from tests.windows import Past, past_windows

SETTINGS = Settings(background_jobs_use_inngest=True)
CLOSED = {one.name: Breaker() for one in RESPONSIBILITIES}
WELL = [Past()] * 80
"""A stage of 80 windows at 25 %, each executed."""


def auto(services: Services, *, percent: int = 25, on: bool = True) -> None:
    """Set by an operator before the windows of the tests began."""
    with services.store.transaction() as connection:
        for name, value in ((ControlName.DISPATCH_PERCENT, percent), (ControlName.ROLLOUT_AUTO, on)):
            set_control(connection, name, value, actor="ops", reason="cutover")
        connection.execute("UPDATE controls SET changed_at = everytick_now() - interval '1 day'")


def steered(services: Services) -> GateDecision | None:
    with services.store.transaction() as connection:
        return steer(connection, SETTINGS, usable=True, breakers=CLOSED)


def values(services: Services) -> dict[str, object]:
    with services.store.transaction() as connection:
        return {name: one.value for name, one in stored_controls(connection).items()}


class TestSteer:
    def test_it_advances(self, services: Services, database: Database) -> None:
        auto(services)
        past_windows(database, *WELL, upto=1)
        decision = steered(services)
        assert decision is not None
        assert (decision.verdict, decision.next_percent) == (Verdict.ADVANCE, 100)
        assert values(services) == {
            "dispatch.percent": 100,
            "dispatch.mode": "auto",
            "rollout.auto": True,
        }

    def test_the_next_look_finds_the_new_stage_empty(self, services: Services, database: Database) -> None:
        auto(services)
        past_windows(database, *WELL, upto=1)
        steered(services)
        assert steered(services) is None
        assert values(services)["dispatch.percent"] == 100

    def test_it_does_nothing_while_it_is_off(self, services: Services, database: Database) -> None:
        auto(services, on=False)
        past_windows(database, *WELL, upto=1)
        assert steered(services) is None

    def test_of_many_at_once_one_acts(self, services: Services, database: Database) -> None:
        """They all judged the same stage; whoever comes second finds other controls than it judged."""
        auto(services)
        past_windows(database, *WELL, upto=1)
        together, done = threading.Barrier(3), []

        def one() -> None:
            together.wait(10)
            done.append(steered(services))

        threads = [threading.Thread(target=one) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len([decision for decision in done if decision is not None]) == 1
        changes = (
            "SELECT count(*) FROM control_changes WHERE actor = 'everytick' AND name = 'dispatch.percent'"
        )
        assert database.value(changes) == 1

    def test_an_operator_who_goes_back_meanwhile_is_not_overruled(
        self, services: Services, database: Database
    ) -> None:
        """He holds the controls while the tick has judged and waits to act."""
        auto(services)
        past_windows(database, *WELL, upto=1)
        done: list[GateDecision | None] = []
        with services.store.transaction() as connection:
            set_control(
                connection, ControlName.DISPATCH_MODE, DispatchControl.INLINE, actor="ops", reason="stop"
            )
            tick = threading.Thread(target=lambda: done.append(steered(services)))
            tick.start()
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
            looks = 0
            while database.value(waits, "LOCK TABLE controls%") == 0:
                looks += 1
                assert looks < 5_000
        tick.join(30)
        assert done == [None]
        assert values(services) == {
            "dispatch.percent": 25,
            "dispatch.mode": "inline",
            "rollout.auto": True,
        }


class TestJudge:
    def test_a_word_of_an_operator_begins_the_stage_anew(
        self, services: Services, database: Database
    ) -> None:
        auto(services)
        past_windows(database, *WELL, upto=1)
        with services.store.transaction() as connection:
            set_control(connection, ControlName.DISPATCH_PERCENT, 25, actor="ops", reason="again")
            judged = judge_stage(connection, SETTINGS, usable=True, breakers=CLOSED)
        assert judged.decision.verdict is Verdict.HOLD
        assert judged.evidence.stage.seconds < 60

    def test_judging_changes_nothing(self, services: Services, database: Database) -> None:
        auto(services)
        past_windows(database, *WELL, upto=1)
        before = values(services)
        with services.store.transaction() as connection:
            judged = judge_stage(connection, SETTINGS, usable=True, breakers=CLOSED)
        assert judged.decision.verdict is Verdict.ADVANCE
        assert values(services) == before
