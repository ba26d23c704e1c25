"""What the instances do, noted where they cannot write: a schema of the database's owner, with triggers.

The instances work as a role that may read and change the app's tables and call two functions here, which
stand for the outside world: an effect with a key, and a mail provider that takes whatever it is handed.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench.soak.terms import SPEED
from tests.conftest import Database

AUDIT: Final = """
CREATE SCHEMA audit;
CREATE TABLE audit.created (job_id bigint NOT NULL, kind text NOT NULL);
CREATE TABLE audit.completed (job_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT everytick_now());
CREATE INDEX ON audit.completed (job_id);
CREATE TABLE audit.executions (job_id bigint NOT NULL);
CREATE TABLE audit.effects (job_id bigint NOT NULL);
CREATE UNIQUE INDEX effect_key ON audit.effects (job_id);
CREATE TABLE audit.outbox (message_id text NOT NULL);
CREATE TABLE audit.pruned (entry_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT everytick_now());
CREATE INDEX ON audit.pruned (entry_id);

CREATE FUNCTION audit.note_created() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO audit.created (job_id, kind) SELECT id, kind FROM made;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_created AFTER INSERT ON jobs REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION audit.note_created();

CREATE FUNCTION audit.note_completed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO audit.completed (job_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
-- Any change that leaves a job succeeded is a completion: a second one need not change the status.
CREATE TRIGGER audit_completed AFTER UPDATE ON jobs FOR EACH ROW WHEN (NEW.status = 'succeeded')
    EXECUTE FUNCTION audit.note_completed();

CREATE FUNCTION audit.note_pruned() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO audit.pruned (entry_id) VALUES (OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_pruned AFTER DELETE ON workspace_memory_entries
    FOR EACH ROW EXECUTE FUNCTION audit.note_pruned();

-- The outside world: it counts every call, and an effect happens once under its key.
CREATE FUNCTION audit.effect(job bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO audit.executions (job_id) VALUES (job);
    INSERT INTO audit.effects (job_id) VALUES (job) ON CONFLICT DO NOTHING;
$$;
CREATE FUNCTION audit.take_mail(id text) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO audit.outbox (message_id) VALUES (id);
$$;
"""
PRODUCTION: Final = "UPDATE environment_stamp SET kind = 'production'"
FASTER_CLOCK: Final = """
DO $$
BEGIN
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION everytick_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
        AS $s$ SELECT timestamptz %%L + (statement_timestamp() - timestamptz %%L) * {speed} $s$
    $f$, now(), now());
END $$
""".replace("{speed}", str(SPEED))
RIGHTS: Final = """
GRANT USAGE ON SCHEMA public, audit TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
"""


def install_audit(database: Database) -> None:
    """Make the audit in a database of ours, which becomes a production's with a fast clock."""
    for statement in (PRODUCTION, AUDIT, FASTER_CLOCK):
        database.run(statement)


@contextmanager
def restricted_role(url: str) -> Iterator[str]:
    """The URL of the database `url` for a role of its own that cannot write to the audit; gone at the end."""
    name, password = f"everytick_soak_{secrets.token_hex(6)}", secrets.token_hex(16)
    role = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        try:
            owner.execute(sql.SQL(RIGHTS).format(role=role))
            parts = urlsplit(url)
            place = parts.netloc.rpartition("@")[2]
            yield parts._replace(netloc=f"{name}:{password}@{place}").geturl()
        finally:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(role))
            owner.execute(sql.SQL("DROP ROLE {}").format(role))
