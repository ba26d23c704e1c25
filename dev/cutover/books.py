"""Books kept beside the app's tables, by triggers and witnesses: what came in, what was done, how often.

The app knows nothing of them, and none of its own records is believed: that a job is lost or done twice shows
here even where its row says otherwise, or is gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

BOOKS: Final = """
CREATE SCHEMA books;
CREATE TABLE books.jobs (job_id bigint NOT NULL, kind text NOT NULL);
CREATE TABLE books.ends (job_id bigint NOT NULL, status text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE books.executions (job_id bigint NOT NULL);
CREATE TABLE books.pruned (entry_id uuid NOT NULL, at timestamptz NOT NULL);
CREATE TABLE books.released (message_id text NOT NULL);
CREATE TABLE books.mails (message_id text NOT NULL);
CREATE TABLE books.ticks (
    at timestamptz NOT NULL, job_id bigint NOT NULL, entry_id uuid NOT NULL, dispatch_key text
);

CREATE FUNCTION books.note_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.jobs VALUES (NEW.id, NEW.kind);
    RETURN NULL;
END $$;
CREATE TRIGGER books_made AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION books.note_job();

CREATE FUNCTION books.note_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.ends VALUES (NEW.id, NEW.status, everytick_now());
    RETURN NULL;
END $$;
-- Any change that leaves a job ended is an end: a second one need not change the status.
CREATE TRIGGER books_ended AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (NEW.status IN ('succeeded', 'dead', 'discarded')) EXECUTE FUNCTION books.note_end();

CREATE FUNCTION books.note_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.pruned VALUES (OLD.id, everytick_now());
    RETURN NULL;
END $$;
CREATE TRIGGER books_pruned AFTER DELETE ON workspace_memory_entries
    FOR EACH ROW EXECUTE FUNCTION books.note_pruned();
"""
CLOSE: Final = "DROP SCHEMA books CASCADE"
PLANT: Final = """
WITH workspace AS (
    SELECT id FROM workspaces WHERE name = 'witnesses'
), job AS (
    INSERT INTO jobs (workspace_id, kind, status)
    SELECT id, 'system.noop', 'pending' FROM workspace RETURNING id
), entry AS (
    INSERT INTO workspace_memory_entries (workspace_id, category, content, source, status, expires_at)
    SELECT id, 'note', gen_random_uuid()::text, 'INFERENCE', 'APPROVED', everytick_now() - interval '1 h'
    FROM workspace RETURNING id
)
INSERT INTO books.ticks (at, job_id, entry_id) SELECT everytick_now(), job.id, entry.id FROM job, entry
RETURNING entry_id
"""
TICKS: Final = """
SELECT coalesce(dispatch_key, ticks.at::text), done.at - ticks.at, pruned.at - ticks.at FROM books.ticks
LEFT JOIN LATERAL (
    SELECT min(at) AS at FROM books.ends WHERE ends.job_id = ticks.job_id AND status = 'succeeded'
) AS done ON true
LEFT JOIN LATERAL (
    SELECT min(at) AS at FROM books.pruned WHERE pruned.entry_id = ticks.entry_id
) AS pruned ON true
ORDER BY ticks.at
"""
JOBS: Final = """
SELECT jobs.job_id, jobs.kind,
    (SELECT count(*) FROM books.ends WHERE ends.job_id = jobs.job_id AND status = 'succeeded'),
    (SELECT count(*) FROM books.ends WHERE ends.job_id = jobs.job_id AND status <> 'succeeded'),
    (SELECT count(*) FROM books.executions WHERE executions.job_id = jobs.job_id)
FROM books.jobs ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedJob:
    """What the books say of one job."""

    job_id: int
    kind: str
    succeeded: int
    """How often it ended well."""
    given_up: int
    """How often it ended otherwise."""
    executions: int
    """How often its handler was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedTick:
    """What the books say of one tick."""

    dispatch_key: str
    process_after: timedelta | None
    """How long after the tick the job was done that was due at it; None: never."""
    maintenance_after: timedelta | None
    """The same for the memory entry that had expired at it."""


class Books:
    """The books of one database, and the rehearsal's own view of it. Threads may share it."""

    def __init__(self, url: str) -> None:
        self._connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        """Let go of the database; nobody may read them any more."""
        self._connection.close()

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What `query` selects."""
        return self._connection.execute(query.encode(), parameters).fetchall()

    def run(self, statement: str, *parameters: object) -> None:
        """Run `statement`."""
        self._connection.execute(statement.encode(), parameters)

    def shift_clock(self, ahead: timedelta) -> None:
        """Put the database's clock `ahead` of the machine's, for everybody."""
        self.run(
            "CREATE OR REPLACE FUNCTION everytick_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE"
            f" AS 'SELECT statement_timestamp() + interval ''{ahead.total_seconds()} s'''"
        )

    # -- what is written

    def open(self) -> None:
        """Begin them, in a database that is migrated."""
        self.run(BOOKS)
        self.run("INSERT INTO workspaces (name) VALUES ('witnesses')")

    def expect_tick(self) -> UUID:
        """Plant a tick's witnesses: a due job and an expired memory entry; what names the tick."""
        ((entry_id,),) = self.rows(PLANT)
        found: UUID = entry_id
        return found

    def name_tick(self, tick: UUID, dispatch_key: str) -> None:
        """Say which window the tick fell into."""
        self.run("UPDATE books.ticks SET dispatch_key = %s WHERE entry_id = %s", dispatch_key, tick)

    def note_execution(self, job_id: int) -> None:
        """A handler begins."""
        self.run("INSERT INTO books.executions VALUES (%s)", job_id)

    def note_released(self, message_id: str) -> None:
        """A draft was released, whose mail will have this Message-ID."""
        self.run("INSERT INTO books.released VALUES (%s)", message_id)

    def note_mail(self, message_id: str) -> None:
        """A mail was handed over."""
        self.run("INSERT INTO books.mails VALUES (%s)", message_id)

    # -- what they say

    def now(self) -> datetime:
        """The shared clock."""
        ((now,),) = self.rows("SELECT everytick_now()")
        found: datetime = now
        return found

    def jobs(self) -> list[BookedJob]:
        """Every job that ever came in."""
        return [
            BookedJob(job_id=job_id, kind=kind, succeeded=well, given_up=otherwise, executions=executions)
            for job_id, kind, well, otherwise, executions in self.rows(JOBS)
        ]

    def ticks(self) -> list[BookedTick]:
        """Every tick, the oldest first."""
        return [
            BookedTick(dispatch_key=key, process_after=process, maintenance_after=maintenance)
            for key, process, maintenance in self.rows(TICKS)
        ]

    def released(self) -> list[str]:
        """The Message-IDs of the mails that were to be sent."""
        return [message_id for (message_id,) in self.rows("SELECT message_id FROM books.released")]

    def mails(self) -> list[str]:
        """The Message-IDs of the mails that were handed over, each as often as it was."""
        return [message_id for (message_id,) in self.rows("SELECT message_id FROM books.mails")]


@contextmanager
def opened_books(url: str) -> Iterator[Books]:
    """The books of the migrated database `url` while the body runs; gone afterwards."""
    books = Books(url)
    try:
        books.open()
        try:
            yield books
        finally:
            books.run(CLOSE)
    finally:
        books.close()
