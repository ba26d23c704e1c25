"""A database whose app may do its work and nothing else, and that keeps books of its own on what was done.

The app's role owns nothing and sees nothing of the schema `audit`; triggers write down there each effect, by
the shared clock, which the app cannot move either.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests.conftest import Database
from tests.scratch_database import scratch_database

RIGHTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE ALL ON schema_revisions FROM {role};
REVOKE INSERT, UPDATE, DELETE ON schema_compatibility, environment_stamp FROM {role};
"""
"""What the app needs of a database that somebody else migrates and stamps."""

AUDIT = """
CREATE SCHEMA audit;
REVOKE ALL ON SCHEMA audit FROM PUBLIC;

-- What each tick is to get done, written by the test before the tick.
CREATE TABLE audit.work (
    tick integer NOT NULL,
    responsibility text NOT NULL,
    effect text NOT NULL,
    subject text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (effect, subject)
);
-- What happened, written by triggers.
CREATE TABLE audit.effects (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    effect text NOT NULL,
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT everytick_now()
);

CREATE FUNCTION audit.keep() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    now jsonb := to_jsonb(NEW);
BEGIN
    INSERT INTO audit.effects (effect, subject) VALUES (TG_ARGV[0], coalesce(now, was) ->> TG_ARGV[1]);
    RETURN NULL;
END $$;

CREATE TRIGGER audit_drafted AFTER INSERT ON drafts
    FOR EACH ROW EXECUTE FUNCTION audit.keep('drafted', 'trigger_message_id');
CREATE TRIGGER audit_settled AFTER UPDATE ON drafts
    FOR EACH ROW WHEN (NEW.status = 'approved' AND OLD.status <> 'approved')
    EXECUTE FUNCTION audit.keep('settled', 'id');
CREATE TRIGGER audit_recorded AFTER INSERT ON messages
    FOR EACH ROW WHEN (NEW.direction = 'outbound') EXECUTE FUNCTION audit.keep('recorded', 'draft_id');
CREATE TRIGGER audit_pruned AFTER DELETE ON draft_pipeline_runs
    FOR EACH ROW EXECUTE FUNCTION audit.keep('pruned', 'id');
CREATE TRIGGER audit_forgotten AFTER DELETE ON lead_memory_entries
    FOR EACH ROW EXECUTE FUNCTION audit.keep('forgotten', 'id');
CREATE TRIGGER audit_forgotten AFTER DELETE ON workspace_memory_entries
    FOR EACH ROW EXECUTE FUNCTION audit.keep('forgotten', 'id');
-- An end that is written over an end counts as a second one, whatever it says.
CREATE TRIGGER audit_ended AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (NEW.status IN ('succeeded', 'dead', 'discarded'))
    EXECUTE FUNCTION audit.keep('job ended', 'id');
CREATE TRIGGER audit_closed AFTER UPDATE ON runs
    FOR EACH ROW WHEN (NEW.status <> 'running' AND NEW.status IS DISTINCT FROM OLD.status
        AND OLD.status <> 'abandoned')
    EXECUTE FUNCTION audit.keep('run closed', 'run_id');
"""


@dataclass(frozen=True, kw_only=True)
class AuditedDatabase:
    """The database, as its owner sees it and as the app does."""

    owner: Database
    role: str
    password: str
    upstream: str | tuple[str, int]
    """Where the server listens: a socket's path, or host and port."""

    def app_url(self, port: int) -> str:
        """The app's own address, by way of whatever listens on `port`."""
        name = urlsplit(self.owner.url).path.lstrip("/")
        return f"postgresql://{self.role}:{self.password}@127.0.0.1:{port}/{name}?sslmode=disable"

    def reset(self) -> None:
        """Empty the app's tables and the audit's, and put the clock right."""
        self.owner.connect_again()
        self.owner.reset()
        self.owner.run("TRUNCATE audit.work, audit.effects RESTART IDENTITY")
        self.owner.run(f"ALTER ROLE {self.role} CONNECTION LIMIT -1")


@contextmanager
def audited_database(server: str) -> Iterator[AuditedDatabase]:
    """One on the server at `server`, whose user may create databases and roles; gone at the end."""
    with scratch_database(server) as url:
        database = audited(url)
        try:
            yield database
        finally:
            database.owner.run(f"DROP OWNED BY {database.role}")
            database.owner.run(f"DROP ROLE {database.role}")
            database.owner.close()


def audited(url: str) -> AuditedDatabase:
    """The migrated database at `url`, from now on with a role for the app and with the audit's books."""
    role, password = f"everytick_app_{secrets.token_hex(6)}", secrets.token_hex(16)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'".encode())
        connection.execute(RIGHTS.format(role=role).encode())
        connection.execute(AUDIT.encode())
    return AuditedDatabase(owner=Database(url), role=role, password=password, upstream=_upstream(url))


def _upstream(url: str) -> str | tuple[str, int]:
    facts = conninfo_to_dict(url)
    host, port = str(facts.get("host") or "127.0.0.1"), int(facts.get("port") or 5432)
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
