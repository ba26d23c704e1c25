"""The audit is worth something only where the app cannot reach it."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.faults.audited_database import AuditedDatabase
from tests.faults.law import judge
from tests.faults.outbox import Outbox
from tests.faults.work import seed_tick


@pytest.fixture
def app(audited_scratch: AuditedDatabase) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection as the app has it."""
    audited_scratch.reset()
    with psycopg.connect(audited_scratch.owner.url, autocommit=True) as connection:
        connection.execute(f"SET SESSION AUTHORIZATION {audited_scratch.role}".encode())
        yield connection


class TestRights:
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT FROM audit.effects",
            "DELETE FROM audit.effects",
            "INSERT INTO audit.work VALUES (1, 'process', 'drafted', 'x', now())",
            "ALTER TABLE jobs DISABLE TRIGGER USER",
            "DROP TRIGGER audit_ended ON jobs",
            "TRUNCATE jobs",
            "SET session_replication_role = replica",
            "UPDATE schema_compatibility SET schema_version = 99",
            "CREATE OR REPLACE FUNCTION everytick_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
            "CREATE TABLE own (x integer)",
        ],
    )
    def test_the_app_reaches_nothing_that_judges_it(
        self, app: "psycopg.Connection[tuple[object, ...]]", statement: str
    ) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement.encode())

    def test_what_it_does_is_written_down(
        self, app: "psycopg.Connection[tuple[object, ...]]", audited_scratch: AuditedDatabase
    ) -> None:
        app.execute("INSERT INTO jobs (kind, status) VALUES ('system.noop', 'pending')")
        for _ in range(2):
            app.execute("UPDATE jobs SET status = 'succeeded', finished_at = everytick_now()")
        assert audited_scratch.owner.rows("SELECT effect, count(*) FROM audit.effects GROUP BY 1") == [
            ("job ended", 2)
        ]


class TestLaw:
    def test_work_that_has_time_is_pending_and_then_lost(
        self, audited_scratch: AuditedDatabase, mail: Outbox
    ) -> None:
        audited_scratch.reset()
        mail.reset()
        seed_tick(audited_scratch, 1)
        assert len(judge(audited_scratch, mail).pending) == 6
        audited_scratch.owner.run("UPDATE audit.work SET due_at = due_at - interval '361 s'")
        assert len(judge(audited_scratch, mail).lost) == 6

    def test_mail_called_sent_has_to_be_in_the_outbox(
        self, audited_scratch: AuditedDatabase, mail: Outbox
    ) -> None:
        audited_scratch.reset()
        mail.reset()
        seed_tick(audited_scratch, 1)
        audited_scratch.owner.run("UPDATE drafts SET status = 'approved' WHERE status = 'pending'")
        (lost,) = judge(audited_scratch, mail).lost
        assert lost.endswith(", called sent")
