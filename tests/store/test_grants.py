"""The app works with a database role that owns nothing, and that role can do nothing else."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask

from app import create_app
from lib.composition import Composition
from lib.store.grants import grants_for
from tests import seed
from tests.conftest import CRON_SECRET, Database
from tests.scratch_database import scratch_database
from tests.web.signing_in import OPERATOR_TOKEN, Browser
from tests.web.test_inbound_email import SECRET, signed

CRON = {"Authorization": f"Bearer {CRON_SECRET}"}


@dataclass(frozen=True, kw_only=True)
class Owned:
    """A database of its owner's, and the address of the app's role in it."""

    owner: Database
    app_url: str


@pytest.fixture(scope="module")
def owned() -> Iterator[Owned]:
    """With a role whose name has to be quoted."""
    role, password = f"App of {secrets.token_hex(6)}", secrets.token_hex(16)
    quoted = f'"{role}"'
    with scratch_database(os.environ["TEST_DATABASE_URL"]) as url:
        owner = Database(url)
        owner.run(f"CREATE ROLE {quoted} LOGIN PASSWORD '{password}'")
        try:
            for _ in range(2):  # run again they change nothing
                for statement in grants_for(role):
                    owner.run(statement)
            parts = urlsplit(url)
            host = parts.netloc.rpartition("@")[2]
            netloc = f"{role.replace(' ', '%20')}:{password}@{host}"
            yield Owned(owner=owner, app_url=parts._replace(netloc=netloc).geturl())
        finally:
            owner.run(f"DROP OWNED BY {quoted}")
            owner.run(f"DROP ROLE {quoted}")
            owner.close()


@pytest.fixture
def app(owned: Owned, composed: Callable[..., Composition]) -> Flask:
    """The app as that role, on empty tables."""
    owned.owner.reset()
    return create_app(composed(DATABASE_URL=owned.app_url, OPERATOR_TOKEN=OPERATOR_TOKEN))


class TestTheAppsWork:
    def test_mail_becomes_a_draft_and_every_item_of_maintenance_is_done(
        self, app: Flask, owned: Owned
    ) -> None:
        """One tick over rows for each part of the work: all of it is done, and none of it is refused."""
        workspace = str(seed.workspace(owned.owner))
        lead = seed.lead(owned.owner, seed.workspace(owned.owner, "old"))
        old = seed.inbound(owned.owner, owned.owner.value("SELECT workspace_id FROM leads"), lead)
        seed.pipeline_run(owned.owner, old, days_ago=90)
        seed.draft(owned.owner, old, status="sending", minutes_ago=60)
        seed.lead_memory(owned.owner, lead, "x", hours=-1)
        seed.finished_job(owned.owner, days_ago=90)
        client = app.test_client()
        mail = b"From: Ada <ada@x.example>\nSubject: hello\n\nWhen can we meet?\n"
        header = signed(mail, workspace, datetime.now(UTC), secret=SECRET)
        taken = client.post(
            "/api/inbound/email",
            data=mail,
            headers={"content-type": "message/rfc822", "x-workspace-id": workspace, "x-signature": header},
        )
        assert taken.status_code == 202
        answer = client.get("/api/cron/background-jobs", headers=CRON)
        body = answer.get_json()
        assert (answer.status_code, body["success"], body["degraded"]) == (200, True, False)
        assert body["process"]["succeeded"] == 1
        assert all(item["ok"] for item in body["maintenance"]["items"].values())
        drafts = owned.owner.rows("SELECT status, send_unconfirmed FROM drafts ORDER BY 1, 2")
        assert drafts == [("approved", True), ("pending", False)]
        for table in (
            "draft_pipeline_runs WHERE created_at < now() - interval '60 days'",
            "lead_memory_entries",
        ):
            assert owned.owner.value(f"SELECT count(*) FROM {table}") == 0

    @pytest.mark.parametrize(
        "words",
        [
            "jobs enqueue --kind system.noop --payload {}",
            "jobs pause --kind system.noop --reason b",
            "rollout set 5 --why b",
            "rollout show",
            "operator sign-in-link",
            "db current",
            "tick",
        ],
    )
    def test_commands(self, app: Flask, words: str) -> None:
        told = app.test_cli_runner().invoke(args=words.split())
        assert told.exit_code == 0, told.output

    def test_the_preflight_reads_what_it_has_to(self, app: Flask) -> None:
        """The server's limits and connections included; exit 1, for Inngest is not set up here."""
        told = app.test_cli_runner().invoke(args=["rollout", "preflight", "--instances", "1", "--json"])
        assert told.exit_code == 1, told.output
        verdicts = {check["name"]: check["verdict"] for check in json.loads(told.stdout)["checks"]}
        for name in ("database", "connections", "breakers", "lines", "queue"):
            assert verdicts[name] == "ok", told.stdout

    def test_the_operator_signs_in(self, app: Flask) -> None:
        browser = Browser(app.test_client())
        assert browser.sign_in().status_code == 303
        assert browser.passes() is True
        assert app.test_client().get("/api/health/ready").status_code == 200


class TestNothingElse:
    @pytest.mark.parametrize(
        "statement",
        [
            "DROP TABLE jobs",
            "TRUNCATE jobs",
            "ALTER TABLE jobs ADD COLUMN x integer",
            "ALTER TABLE controls DISABLE TRIGGER USER",
            "CREATE TABLE own (x integer)",
            "CREATE FUNCTION own() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "CREATE OR REPLACE FUNCTION everytick_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
            "SELECT FROM schema_revisions",
            "UPDATE schema_revisions SET version_num = '0001'",
            "UPDATE schema_compatibility SET min_app_schema = 1",
            "UPDATE environment_stamp SET kind = 'preview'",
            "DELETE FROM environment_stamp",
            "INSERT INTO environment_stamp (kind) VALUES ('preview')",
            "SET session_replication_role = replica",
            "COPY jobs TO PROGRAM 'true'",
            "SELECT pg_read_file('/etc/hostname')",
            "SELECT passwd FROM pg_shadow",
        ],
    )
    def test_the_role_is_refused(self, owned: Owned, statement: str) -> None:
        """By the database itself: whoever has the app's DATABASE_URL has no more."""
        with psycopg.connect(owned.app_url, autocommit=True) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())

    def test_it_cannot_migrate_or_stamp(self, app: Flask) -> None:
        told = app.test_cli_runner().invoke(args=["db", "upgrade", "--as", "development"])
        assert (told.exit_code, told.stderr.split(":")[0]) == (1, "store_error")

    def test_tables_of_a_later_revision_are_the_apps_too(self, owned: Owned) -> None:
        owned.owner.run("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY)")
        with psycopg.connect(owned.app_url, autocommit=True) as connection:
            assert connection.execute("INSERT INTO later DEFAULT VALUES").rowcount == 1
        owned.owner.run("DROP TABLE later")


class TestCommand:
    def test_prints_the_statements(self, flask_app: Flask) -> None:
        told = flask_app.test_cli_runner().invoke(args=["db", "grants", "--role", 'a"b'])
        assert told.exit_code == 0
        assert told.stdout == "".join(f"{statement};\n" for statement in grants_for('a"b'))
        assert 'TO "a""b";' in told.stdout

    @pytest.mark.parametrize("role", ["", "x" * 64])
    def test_a_name_that_postgresql_would_change(self, flask_app: Flask, role: str) -> None:
        assert flask_app.test_cli_runner().invoke(args=["db", "grants", "--role", role]).exit_code == 2
