"""Books that triggers keep beside the app's tables: what was due, what was done, what may not happen."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from tests.conftest import Database

BOOKS: Final = """
CREATE SCHEMA books;
-- What is due: the work that each tick finds, one piece for each responsibility.
CREATE TABLE books.work (
    responsibility text NOT NULL,
    subject text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (responsibility, subject)
);
-- What was done, each time that it was.
CREATE TABLE books.done (subject text NOT NULL, at timestamptz NOT NULL DEFAULT everytick_now());
-- The latest sign of life of the engine's runs.
CREATE TABLE books.signs (job_name text PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE books.broken (law text NOT NULL, what text NOT NULL);

CREATE FUNCTION books.do() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.done (subject) VALUES (TG_ARGV[0] || coalesce(NEW.id, OLD.id));
    RETURN NULL;
END $$;
-- An end that is written over an end counts as a second one, whatever it says.
CREATE TRIGGER books_ended AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (NEW.status IN ('succeeded', 'dead', 'discarded'))
    EXECUTE FUNCTION books.do('job ');
CREATE TRIGGER books_settled AFTER UPDATE ON drafts
    FOR EACH ROW WHEN (NEW.status = 'approved') EXECUTE FUNCTION books.do('draft ');

CREATE FUNCTION books.sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.signs AS held VALUES (NEW.job_name, everytick_now())
    ON CONFLICT (job_name) DO UPDATE SET at = greatest(held.at, excluded.at);
    RETURN NULL;
END $$;
CREATE TRIGGER books_begun AFTER INSERT ON runs
    FOR EACH ROW WHEN (NEW.source = 'inngest' AND NEW.status <> 'superseded') EXECUTE FUNCTION books.sign();
CREATE TRIGGER books_beaten AFTER UPDATE ON runs
    FOR EACH ROW WHEN (NEW.source = 'inngest' AND NEW.status NOT IN ('superseded', 'abandoned')
        AND (NEW.beat_at, NEW.status, NEW.owner) IS DISTINCT FROM (OLD.beat_at, OLD.status, OLD.owner))
    EXECUTE FUNCTION books.sign();

CREATE FUNCTION books.judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books.broken VALUES (TG_ARGV[0], to_jsonb(OLD)::text || ' became ' || to_jsonb(NEW)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER books_final AFTER UPDATE ON runs
    FOR EACH ROW WHEN (OLD.status <> 'running' AND NEW.status <> OLD.status
        AND NOT (OLD.status = 'abandoned' AND NEW.status = 'succeeded'))
    EXECUTE FUNCTION books.judge('a closed run stays as it is');
CREATE TRIGGER books_rewritten AFTER UPDATE ON runs
    FOR EACH ROW WHEN (OLD.status NOT IN ('running', 'abandoned')
        AND (NEW.finished_at, NEW.summary, NEW.error)
            IS DISTINCT FROM (OLD.finished_at, OLD.summary, OLD.error))
    EXECUTE FUNCTION books.judge('a closed run says what it said');
CREATE TRIGGER books_restarted AFTER UPDATE ON runs
    FOR EACH ROW WHEN (NEW.started_at <> OLD.started_at)
    EXECUTE FUNCTION books.judge('a run begins once');
CREATE TRIGGER books_held AFTER UPDATE ON leases
    FOR EACH ROW WHEN (OLD.holder IS NOT NULL AND NEW.token <> OLD.token AND OLD.expires_at > everytick_now())
    EXECUTE FUNCTION books.judge('a lease has one live holder');
CREATE TRIGGER books_endless AFTER UPDATE ON leases
    FOR EACH ROW WHEN (NEW.holder IS NOT NULL
        AND coalesce(NEW.expires_at > everytick_now() + interval '1 hour', true))
    EXECUTE FUNCTION books.judge('a lease has an end');
CREATE TRIGGER books_token AFTER UPDATE ON leases
    FOR EACH ROW WHEN (NEW.token < OLD.token) EXECUTE FUNCTION books.judge('a token grows');
CREATE TRIGGER books_taken AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (OLD.status = 'running' AND NEW.status = 'running'
        AND NEW.lease_token <> OLD.lease_token)
    EXECUTE FUNCTION books.judge('a running job is nobody else''s');
CREATE TRIGGER books_generation AFTER UPDATE ON dispatches
    FOR EACH ROW WHEN (NEW.generation < OLD.generation) EXECUTE FUNCTION books.judge('a generation grows');
CREATE TRIGGER books_generation AFTER UPDATE ON dispatch_lines
    FOR EACH ROW WHEN (NEW.generation < OLD.generation) EXECUTE FUNCTION books.judge('a generation grows');
CREATE TRIGGER books_overtaken AFTER UPDATE ON dispatches
    FOR EACH ROW WHEN (OLD.state = 'dispatching' AND NEW.state = 'dispatching'
        AND NEW.holder <> OLD.holder AND OLD.holder_expires_at > everytick_now())
    EXECUTE FUNCTION books.judge('a window has one live sender');
CREATE TRIGGER books_probe AFTER UPDATE ON breakers
    FOR EACH ROW WHEN (OLD.state = 'half_open' AND NEW.state = 'half_open')
    EXECUTE FUNCTION books.judge('one window probes');

CREATE FUNCTION books.cover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM runs WHERE job_name = NEW.job_name AND run_id = NEW.covered_by
        AND status IN ('succeeded', 'degraded') AND finished_at IS NOT NULL
        AND (started_at >= NEW.dispatched_at OR NEW.run_id IS NOT NULL AND EXISTS (
            -- A run that found its tick covered goes by the tick, a moment before its line.
            SELECT FROM books.ticks
            WHERE ticks.dispatch_key = NEW.dispatch_key AND ticks.at <= runs.started_at))
    ) THEN
        INSERT INTO books.broken VALUES ('a covered line has a run that covers it', to_jsonb(NEW)::text);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER books_covered AFTER UPDATE ON dispatch_lines
    FOR EACH ROW WHEN (NEW.state = 'covered' AND (OLD.state, OLD.covered_by) IS DISTINCT FROM
        (NEW.state, NEW.covered_by))
    EXECUTE FUNCTION books.cover();
-- When the ticks of a window came.
CREATE TABLE books.ticks (dispatch_key text NOT NULL, at timestamptz NOT NULL);
"""
SEED: Final = """
WITH lead AS (SELECT id, workspace_id FROM leads LIMIT 1),
job AS (
    INSERT INTO jobs (kind, status) VALUES ('system.noop', 'pending') RETURNING id
), message AS (
    INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at)
    SELECT workspace_id, id, 'email', 'inbound', 'Hello?', gen_random_uuid(), everytick_now() FROM lead
    RETURNING id, workspace_id, lead_id
), draft AS (
    INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, status, updated_at)
    SELECT workspace_id, lead_id, id, 'email', 'Yes', 'sending', everytick_now() - interval '11 min'
    FROM message RETURNING id
)
INSERT INTO books.work
SELECT 'process', 'job ' || id, everytick_now() FROM job
UNION ALL SELECT 'maintenance', 'draft ' || id, everytick_now() FROM draft
"""
UNDONE: Final = """
SELECT responsibility, subject, greatest(due_at, signs.at) FROM books.work
LEFT JOIN books.signs ON signs.job_name =
    CASE responsibility WHEN 'process' THEN 'process-background-jobs' ELSE 'background-maintenance' END
WHERE subject NOT IN (SELECT subject FROM books.done)
"""
DOUBLED: Final = "SELECT subject, count(*) FROM books.done GROUP BY 1 HAVING count(*) > 1"


class Books:
    """What the triggers wrote down. The app knows nothing of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self) -> None:
        """Begin with empty ones."""
        self._database.run("TRUNCATE books.work, books.done, books.signs, books.broken, books.ticks")

    def expect(self, windows: Iterable[str]) -> None:
        """Put down one due piece of work for each responsibility, and that a tick comes for it now.

        `windows` are the dispatch keys under which the tick may go.
        """
        self._database.run(SEED)
        self._database.run(
            "INSERT INTO books.ticks SELECT unnest(%s::text[]), everytick_now()", list(windows)
        )

    def undone(self) -> list[tuple[str, str, datetime]]:
        """What is due and not done: whose it is, what, and since when it was nobody's.

        That is: when it came due, or when the engine's runs of its responsibility were last heard of.
        """
        return self._database.rows(UNDONE)

    def doubled(self) -> list[tuple[str, int]]:
        """What was done more than once, and how often."""
        return self._database.rows(DOUBLED)

    def broken(self) -> list[tuple[Any, ...]]:
        """Laws that were broken, each with the rows."""
        return self._database.rows("SELECT law, what FROM books.broken")


@contextmanager
def kept_books(database: Database) -> Iterator[Books]:
    """Books of `database` while the body runs."""
    database.run(BOOKS)
    try:
        yield Books(database)
    finally:
        database.run("DROP SCHEMA books CASCADE")
