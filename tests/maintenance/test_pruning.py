from uuid import UUID

import pytest

from lib.clock import Deadline
from lib.maintenance.draft_pipeline_runs import DRAFT_PIPELINE_RUNS
from lib.maintenance.item import MaintenanceItem
from lib.maintenance.lead_memory import LEAD_MEMORY
from lib.maintenance.own_retention import OWN_RETENTION
from lib.maintenance.workspace_memory import WORKSPACE_MEMORY
from lib.services import Services
from tests import seed
from tests.conftest import Database


def run(services: Services, item: MaintenanceItem, *, budget_ms: int = 5_000) -> dict[str, object]:
    result = item.run(services, Deadline.after_ms(services.clock, budget_ms))
    return {**result.counts, "remaining": result.remaining}


@pytest.fixture
def workspace(database: Database) -> UUID:
    return seed.workspace(database)


@pytest.fixture
def lead(database: Database, workspace: UUID) -> UUID:
    return seed.lead(database, workspace)


class TestDraftPipelineRuns:
    def test_old_ones_go_with_their_artifacts(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        seed.pipeline_run(database, seed.inbound(database, workspace, lead), days_ago=31)
        kept = seed.pipeline_run(database, seed.inbound(database, workspace, lead), days_ago=29)
        assert run(services, DRAFT_PIPELINE_RUNS) == {"pruned": 1, "remaining": 0}
        assert database.rows("SELECT id FROM draft_pipeline_runs") == [(kept,)]
        assert database.rows("SELECT run_id FROM draft_pipeline_artifacts") == [(kept,)]


class TestMemory:
    def test_only_inferred_entries_expire(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        """MANUAL and SYSTEM never (design §8)."""
        for source in ("INFERENCE", "MANUAL", "SYSTEM"):
            seed.lead_memory(database, lead, f"{source} past", source=source, hours=-1)
            seed.workspace_memory(database, workspace, f"{source} past", source=source, hours=-1)
        seed.lead_memory(database, lead, "to come", hours=1)
        seed.workspace_memory(database, workspace, "for ever", hours=None)
        assert run(services, LEAD_MEMORY) == {"pruned": 1, "remaining": 0}
        assert run(services, WORKSPACE_MEMORY) == {"pruned": 1, "remaining": 0}
        assert database.rows("SELECT content FROM lead_memory_entries ORDER BY 1") == [
            ("MANUAL past",),
            ("SYSTEM past",),
            ("to come",),
        ]
        assert database.rows("SELECT content FROM workspace_memory_entries ORDER BY 1") == [
            ("MANUAL past",),
            ("SYSTEM past",),
            ("for ever",),
        ]

    def test_loops_over_batches(self, services: Services, database: Database, lead: UUID) -> None:
        """Failure L16: what one batch leaves the next one takes."""
        for number in range(1_001):
            seed.lead_memory(database, lead, f"n{number}", hours=-1)
        assert run(services, LEAD_MEMORY) == {"pruned": 1_001, "remaining": 0}

    def test_reports_what_the_budget_left(self, services: Services, database: Database, lead: UUID) -> None:
        """Failure L16: what is left is told."""
        for number in range(501):
            seed.lead_memory(database, lead, f"n{number}", hours=-1)
        assert run(services, LEAD_MEMORY, budget_ms=0) == {"pruned": 500, "remaining": 1}


class TestOwnRetention:
    def test_own_ledgers_stay_bounded(self, services: Services, database: Database) -> None:
        """Failure L13: dead jobs wait for the operator, open runs for their end."""
        for days in (13, 15):
            seed.finished_job(database, days_ago=days)
        dead = seed.finished_job(database, days_ago=400, status="dead")
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, started_at, finished_at) VALUES"
            " ('process-background-jobs', 'old', 'inline', 'succeeded', 'x',"
            "  everytick_now() - interval '31 days', everytick_now() - interval '31 days'),"
            " ('process-background-jobs', 'new', 'inline', 'succeeded', 'x', everytick_now(),"
            "  everytick_now()),"
            " ('process-background-jobs', 'open', 'inline', 'running', 'x',"
            "  everytick_now() - interval '99 days', NULL)"
        )
        database.run(
            "INSERT INTO dispatches (dispatch_key, mode, reason, state, correlation_id, last_tick_at) VALUES"
            " ('old', 'inline', 'flag_off', 'inline', 'c', everytick_now() - interval '31 days'),"
            " ('new', 'inline', 'flag_off', 'inline', 'c', everytick_now())"
        )
        database.run(
            "INSERT INTO dispatch_lines (dispatch_key, job_name, state)"
            " SELECT dispatch_key, 'background-maintenance', 'inline' FROM dispatches"
        )
        for days in (301, 299):
            database.run(
                "INSERT INTO control_changes (name, value, actor, reason, changed_at)"
                " VALUES ('dispatch.percent', '5', 'ops', 'x', everytick_now() - %s * interval '1 day')",
                days,
            )
            database.run(
                "INSERT INTO breaker_changes (job_name, state, actor, reason, changed_at) VALUES"
                " ('background-maintenance', 'open', 'x', 'x', everytick_now() - %s * interval '1 day')",
                days,
            )
            for env in ("production", f"left {days} days ago"):
                database.run(
                    "INSERT INTO registrations"
                    " (app_id, env, url, configuration_hash, sync_kind, instance, registered_at)"
                    " VALUES ('everytick', %s, %s, sha256(''), 'in_band', 'x',"
                    " everytick_now() - %s * interval '1 day')",
                    env,
                    f"of {days} days ago",
                    days,
                )
        for seconds in (1_190, 1_210):
            database.run(
                "INSERT INTO heard_calls (signature_hash, heard_at)"
                " VALUES (sha256(%s::text::bytea), everytick_now() - %s * interval '1 second')",
                seconds,
                seconds,
            )
        assert run(services, OWN_RETENTION) == {
            "jobs": 1,
            "runs": 1,
            "dispatches": 1,
            "controlChanges": 1,
            "breakerChanges": 1,
            "heardCalls": 1,
            "registrations": 1,
            "remaining": 0,
        }
        assert (dead,) in database.rows("SELECT id FROM jobs")
        assert database.rows("SELECT run_id FROM runs ORDER BY 1") == [("new",), ("open",)]
        assert database.rows("SELECT dispatch_key FROM dispatch_lines") == [("new",)]


class TestReferences:
    def test_whatever_points_at_a_pruned_row_is_found_by_an_index(self, database: Database) -> None:
        """Else each deleted row reads the other table whole: a batch then never ends in its time (L16)."""
        unindexed = database.rows(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint c"
            " WHERE contype = 'f' AND confrelid IN ('draft_pipeline_runs'::regclass, 'jobs'::regclass,"
            " 'runs'::regclass, 'dispatches'::regclass, 'control_changes'::regclass,"
            " 'lead_memory_entries'::regclass, 'workspace_memory_entries'::regclass)"
            " AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid"
            " AND i.indkey[0] = c.conkey[1])"
        )
        assert unindexed == []
