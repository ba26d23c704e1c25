"""Reading a stage's evidence from the ledger and the runs (design §10)."""

from datetime import datetime

import pytest

from lib.rollout.controls import DispatchControl
from lib.rollout.evidence import EffectEvidence, Spread, Way, WorkEvidence
from lib.rollout.evidence_store import (
    KEYS,
    look_back,
    read_effects,
    read_work,
    stage_began,
    stages_seen,
)
from lib.services import Services
from lib.settings import Settings
from tests import seed
from tests.conftest import Database
from tests.windows import Past, past_windows

LATE = 180
SETTINGS = Settings(background_jobs_use_inngest=True)


def began(services: Services, percent: int = 25) -> datetime | None:
    with services.store.transaction() as connection:
        return stage_began(connection, SETTINGS, percent=percent, control=DispatchControl.AUTO, usable=True)


def work(services: Services, percent: int = 25) -> dict[tuple[str, Way], WorkEvidence]:
    with services.store.transaction() as connection:
        return read_work(connection, percent=percent, since=began(services, percent), late_seconds=LATE)


def age(database: Database, instant: datetime | None) -> int:
    """Windows since `instant`."""
    seconds: float = database.value("SELECT extract(epoch FROM everytick_now() - %s)::float8", instant)
    return int(seconds // 60)


class TestStage:
    def test_none_yet(self, services: Services) -> None:
        assert began(services) is None
        assert work(services)["process", Way.INNGEST] == WorkEvidence()

    @pytest.mark.parametrize(
        "before",
        [Past(percent=5), Past(control="inline"), Past(control="inngest"), Past(flag=False)],
        ids=["another share", "a mode inline", "a mode inngest", "the flag off"],
    )
    def test_it_begins_after_the_last_window_that_was_decided_otherwise(
        self, services: Services, database: Database, before: Past
    ) -> None:
        past_windows(database, Past(), Past(), before, Past(), Past(), Past(), upto=10)
        assert age(database, began(services)) == 12
        assert work(services)["process", Way.INNGEST].windows == 3

    def test_another_stage_is_in_force(self, services: Services, database: Database) -> None:
        past_windows(database, Past(percent=5))
        assert began(services, 25) is None

    def test_a_window_that_only_its_run_noted_says_nothing(
        self, services: Services, database: Database
    ) -> None:
        past_windows(database, Past())
        database.run("UPDATE dispatches SET mode = 'untracked', facts = '{}'")
        assert began(services) is None


class TestLookBack:
    @pytest.mark.parametrize(
        ("minutes", "windows", "seconds", "percent", "least"),
        [
            (60, 20, 60, 5, 1_440),
            (10_080, 20, 60, 5, 10_081),
            (360, 20, 15, 100, 1_441),
            (60, 20, 60, 1, 2_001),
        ],
        ids=["a day", "a week's stage", "short windows", "one percent"],
    )
    def test_a_stage_can_be_passed_within_it(
        self, minutes: int, windows: int, seconds: int, percent: int, least: int
    ) -> None:
        settings = Settings(
            background_jobs_rollout_min_minutes=minutes,
            background_jobs_rollout_min_windows=windows,
            background_jobs_dispatch_window_seconds=seconds,
        )
        assert look_back(settings, percent) >= least


class TestWork:
    def test_both_ways(self, services: Services, database: Database) -> None:
        past_windows(
            database,
            Past(to_start=1, run=10, processed=30, failed_jobs=3),
            Past(sent=False, to_start=0, run=5, processed=7, failed_jobs=1, status="degraded"),
            Past(to_start=2, run=10, attempt=1),
            Past(to_start=3, run=40, status="degraded"),
        )
        found = work(services)
        assert found["process", Way.INNGEST] == WorkEvidence(
            windows=3,
            executed=3,
            runs=3,
            degraded=1,
            retried=1,
            jobs=30,
            failed_jobs=3,
            to_start=Spread(p50=2, p95=3, max=3),
            to_end=Spread(p50=12, p95=43, max=43),
            run=Spread(p50=10, p95=40, max=40),
        )
        assert found["process", Way.INLINE] == WorkEvidence(
            windows=1,
            executed=1,
            runs=1,
            degraded=1,
            jobs=7,
            failed_jobs=1,
            to_start=Spread(p50=0, p95=0, max=0),
            to_end=Spread(p50=5, p95=5, max=5),
            run=Spread(p50=5, p95=5, max=5),
        )

    @pytest.mark.parametrize("failure", ["send_failed", "unexecuted", "run_failed", "run_stuck"])
    def test_failed(self, services: Services, database: Database, failure: str) -> None:
        past_windows(database, Past(), Past(failure=failure, executed=False))
        found = work(services)["maintenance", Way.INNGEST]
        assert (found.executed, found.failed, found.judged) == (1, 1, 2)

    def test_executed_after_it_was_given_up_is_failed(self, services: Services, database: Database) -> None:
        past_windows(database, Past(failure="unexecuted", executed=True))
        found = work(services)["process", Way.INNGEST]
        assert (found.executed, found.failed) == (0, 1)

    def test_done_by_others_is_late_once_the_grace_is_over(
        self, services: Services, database: Database
    ) -> None:
        past_windows(database, Past(executed=False), Past(executed=False), upto=2)
        database.run("UPDATE dispatch_lines SET dispatched_at = everytick_now() - interval '181 s'")
        database.run(
            "UPDATE dispatch_lines SET dispatched_at = everytick_now() - interval '170 s'"
            " WHERE dispatch_key = 'past 1'"
        )
        found = work(services)["process", Way.INNGEST]
        assert (found.windows, found.late, found.judged) == (2, 1, 1)

    def test_whoever_does_it(self, services: Services, database: Database) -> None:
        """Sent and not heard of counts, however long the grace: good windows are judged at once."""
        past_windows(database, *[Past(), Past(executed=False)] * 10)
        database.run("UPDATE dispatch_lines SET state = 'accepted' WHERE executed_at IS NULL")
        found = work(services)["process", Way.INNGEST]
        assert (found.judged, found.executed_percent) == (20, 50)

    def test_a_run_that_found_nothing_to_do_is_no_measure(
        self, services: Services, database: Database
    ) -> None:
        past_windows(database, Past(status="superseded", to_start=500))
        found = work(services)["process", Way.INNGEST]
        assert (found.windows, found.runs, found.to_start) == (1, 0, Spread())

    def test_inline_work_that_failed(self, services: Services, database: Database) -> None:
        past_windows(database, Past(sent=False, status="failed"), Past(sent=False, status="abandoned"))
        found = work(services)["process", Way.INLINE]
        assert (found.executed, found.failed, found.runs) == (0, 2, 1)

    def test_only_a_days_windows(self, services: Services, database: Database) -> None:
        """What is older says nothing of today."""
        past_windows(database, Past(), Past(), upto=1)
        database.run(
            "INSERT INTO dispatches (dispatch_key, window_start, window_seconds, mode, reason, state,"
            " correlation_id, facts, first_tick_at, last_tick_at) SELECT 'filler ' || n, everytick_now(), 60,"
            " 'inline', 'outside_canary', 'inline', 'c', facts, everytick_now(), everytick_now()"
            " FROM generate_series(1, 1439) AS n, dispatches WHERE dispatch_key = 'past 0'"
        )
        assert work(services)["process", Way.INNGEST].windows == 1

    def test_each_stage_of_the_past(self, services: Services, database: Database) -> None:
        past_windows(database, Past(percent=5), Past(percent=25), Past(percent=25), Past(flag=False))
        with services.store.transaction() as connection:
            seen = stages_seen(connection, late_seconds=LATE)
        assert [(one.percent, one.of("process", Way.INNGEST).windows) for one in seen] == [(5, 1), (25, 2)]


class TestEffects:
    def test_all_keys_are_in_place(self, services: Services) -> None:
        with services.store.transaction() as connection:
            assert read_effects(connection) == EffectEvidence()

    @pytest.mark.parametrize("name", sorted(KEYS))
    def test_one_is_missing(self, services: Services, name: str) -> None:
        """And what it would not have let in is counted, not taken for granted."""
        with services.store.transaction() as connection, connection.transaction(force_rollback=True):
            owner = connection.execute(
                "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s", (name,)
            ).fetchone()
            drop = f"ALTER TABLE {owner[0]} DROP CONSTRAINT {name}" if owner else f"DROP INDEX {name}"
            connection.execute(drop.encode())
            assert read_effects(connection) == EffectEvidence(missing_keys=(name,))

    def test_two_mails_of_one_draft(self, services: Services, database: Database) -> None:
        workspace = seed.workspace(database)
        message = seed.inbound(database, workspace, seed.lead(database, workspace))
        draft = seed.draft(database, message)
        seed.sent(database, draft, body="Yes")
        with services.store.transaction() as connection, connection.transaction(force_rollback=True):
            connection.execute("ALTER TABLE messages DROP CONSTRAINT messages_draft_id_key")
            connection.execute(
                "INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at,"
                " draft_id) SELECT workspace_id, lead_id, channel, direction, body, thread_id, sent_at,"
                " draft_id FROM messages WHERE draft_id IS NOT NULL"
            )
            assert read_effects(connection).doubled == 1
