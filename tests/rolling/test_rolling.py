"""The previous release and this checkout side by side on one database: a rolling release, and a rollback.

The database is at this checkout's schema. Each version runs its own code, in processes of its own; what was
done is read from books that neither can write.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.audited_database import AuditedDatabase
from tests.faults.outbox import Outbox
from tests.rolling.release import (
    PROJECT,
    Release,
    ReleaseMissing,
    app_schema,
    blobs_in,
    blobs_in_git,
    previous_release,
    unpack,
)
from tests.rolling.stage import Places, Stage, call_cron, rolling_stage

MakeStage = Callable[..., Stage]
UNFINISHED_JOBS = "SELECT id, status, last_error FROM jobs WHERE status <> 'succeeded' OR attempt <> 1"
RUNS = "SELECT status, count(*)::int FROM runs GROUP BY 1 ORDER BY 1"
UNCOVERED = """
SELECT d.dispatch_key, l.job_name FROM dispatches d JOIN dispatch_lines l USING (dispatch_key)
WHERE l.state <> 'covered'
"""


@pytest.fixture
def places(
    previous: Path, audited_scratch: AuditedDatabase, mail: Outbox, redis_url: str, tmp_path: Path
) -> Places:
    return Places(
        previous=previous, database=audited_scratch, outbox=mail, redis_url=redis_url, logs=tmp_path
    )


@pytest.fixture
def make_stage(places: Places) -> Iterator[MakeStage]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(rolling_stage(places, settings))


def no_job_undone_or_tried_twice(stage: Stage) -> None:
    verdict = stage.judged()
    assert (verdict.lost, verdict.doubled, verdict.pending) == ((), (), ())
    assert stage.rows(UNFINISHED_JOBS) == []
    assert sorted(stage.outbox.drafts) == sorted(set(stage.outbox.drafts))
    assert len(stage.outbox.drafts) == stage.ticks


class TestThroughInngest:
    @pytest.mark.parametrize("registered_by", ["previous", "head"])
    def test_each_finishes_what_the_other_began(self, make_stage: MakeStage, registered_by: str) -> None:
        """Ticks in turn, and every run's calls answered in turn: all is done once, and every tick covered.

        What Inngest was told of the functions stays as the older version said it until somebody registers
        again, and as the newer one said it after a rollback.
        """
        stage = make_stage()
        stage.register_by(getattr(stage, registered_by))
        for number in range(8):
            body = stage.tick((stage.previous, stage.head)[number % 2])
            assert (body["mode"], body["degraded"]) == ("inngest", False), body
            stage.engine.run_until_idle(max_seconds=0)
            stage.next_window()
            stage.turns.versions.reverse()  # so that each step falls to both in the end
        shared = [run for run in stage.engine.runs if len(stage.turns.answerers(run.run_id)) == 2]
        assert len(shared) >= stage.ticks
        assert len(stage.turns.steps["previous"]) >= 2
        assert stage.turns.steps["previous"] <= stage.turns.steps["head"], "a step was renamed: runs redo it"
        assert stage.rows(RUNS) == [("succeeded", 2 * stage.ticks)]
        assert stage.rows(UNCOVERED) == []
        no_job_undone_or_tried_twice(stage)

    @pytest.mark.parametrize("first", ["previous", "head"])
    def test_a_run_survives_the_end_of_the_version_that_began_it(
        self, make_stage: MakeStage, first: str
    ) -> None:
        """A deployment in the middle of runs, and the rollback that follows: the other one goes on."""
        stage = make_stage()
        begins = getattr(stage, first)
        goes_on = stage.head if first == "previous" else stage.previous
        stage.turns.versions = [begins]
        stage.tick(begins)
        stage.engine.deliver_next()
        stage.engine.deliver_next()
        stage.turns.versions = [goes_on]
        begins.end()
        stage.engine.run_until_idle(max_seconds=60)
        assert any(len(stage.turns.answerers(run.run_id)) == 2 for run in stage.engine.runs)
        assert stage.rows(RUNS) == [("succeeded", 2)]
        assert stage.rows(UNCOVERED) == []
        no_job_undone_or_tried_twice(stage)

    def test_a_window_that_one_has_dispatched_is_the_others_duplicate(self, make_stage: MakeStage) -> None:
        """Both make the same window and the same key of a moment."""
        stage = make_stage()
        first, second = stage.tick(stage.previous), stage.tick(stage.head)
        assert first["dispatchKey"] == second["dispatchKey"]
        assert (first["mode"], second["mode"]) == ("inngest", "duplicate")
        stage.engine.run_until_idle(max_seconds=0)
        no_job_undone_or_tried_twice(stage)


class TestInline:
    def test_ticks_in_turn(self, make_stage: MakeStage) -> None:
        stage = make_stage(BACKGROUND_JOBS_USE_INNGEST="false", BACKGROUND_JOB_CRON_LIMIT="10")
        for number in range(6):
            body = stage.tick((stage.previous, stage.head)[number % 2])
            assert (body["mode"], body["success"], body["degraded"]) == ("inline", True, False), body
            stage.next_window()
        no_job_undone_or_tried_twice(stage)


class TestControls:
    @pytest.mark.parametrize("set_for", ["previous", "head"])
    def test_rolling_back_acts_on_both(self, make_stage: MakeStage, set_for: str) -> None:
        """What an operator sets is a row, which either reads at its next tick."""
        stage = make_stage(BACKGROUND_JOB_CRON_LIMIT="10")
        stage.database.owner.run(
            "INSERT INTO controls (name, value, actor, reason, changed_at)"
            " VALUES ('dispatch.mode', '\"inline\"', 'test', 'back', everytick_now())"
        )
        body = stage.tick(getattr(stage, set_for))
        assert (body["mode"], body["reason"]) == ("inline", "control_inline")
        no_job_undone_or_tried_twice(stage)


class TestSchema:
    def test_what_was_released_is_not_changed(self, previous: Path) -> None:
        """Each revision that the release has is here as it was: newer ones come after it."""
        released = sorted((previous / "migrations" / "versions").glob("*.py"))
        here = PROJECT / "migrations" / "versions"
        assert released
        assert [one.name for one in released if (here / one.name).read_bytes() != one.read_bytes()] == []
        assert app_schema(previous) <= app_schema(PROJECT)

    def test_the_older_one_refuses_where_it_is_too_old(self, make_stage: MakeStage, previous: Path) -> None:
        """A later release contracts the schema and says so: no partial work by code that does not know it."""
        older, newer = app_schema(previous), app_schema(PROJECT)
        stage = make_stage(BACKGROUND_JOBS_USE_INNGEST="false", BACKGROUND_JOB_CRON_LIMIT="10")
        owner = stage.database.owner
        owner.run(
            "UPDATE schema_compatibility"
            " SET min_app_schema = %s, schema_version = greatest(schema_version, %s)",
            older + 1,
            older + 1,
        )
        # Connections of before are looked at again after a minute; these are new.
        owner.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", stage.database.role
        )
        body = stage.tick(stage.previous)
        assert (body["status"], body["code"]) == (503, "schema_too_new")
        assert stage.rows("SELECT count(*) FROM runs") == [(0,)]
        head = call_cron(stage.head)
        assert head.status_code == (200 if newer > older else 503)


class TestRelease:
    def test_it_is_named_by_all_digits_of_its_commit(self) -> None:
        """A tag may be missing in a clone, and a short name may become ambiguous."""
        commit = previous_release().commit
        assert len(commit) == 40
        assert set(commit) <= set("0123456789abcdef")

    def test_its_archive_is_what_was_released(self, tmp_path: Path) -> None:
        """Of the commit that is named; each file is compared where this clone reaches back to it."""
        release = previous_release()
        unpack(release, tmp_path / "code")
        found = blobs_in(tmp_path / "code")
        assert {"app.py", "migrations/env.py"} <= found.keys()
        assert blobs_in_git(release) in (None, found)

    def test_without_an_archive_it_says_what_to_do(self, tmp_path: Path) -> None:
        release = Release(tag="v0.0.9", commit="0" * 39 + "1")
        with pytest.raises(ReleaseMissing, match=r"v0\.0\.9, has no archive: git archive .* 0{39}1 app\.py"):
            unpack(release, tmp_path / "code")

    def test_nor_is_another_commits_taken(self, tmp_path: Path) -> None:
        release = replace(previous_release(), commit="0" * 39 + "1")
        with pytest.raises(ReleaseMissing, match="is not of commit 0"):
            unpack(release, tmp_path / "code")
