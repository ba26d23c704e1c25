"""What became of each line, and the breakers that follow from it (design §5, failure D3)."""

from alembic import op

revision = "0005"
down_revision = "0004"

UPGRADE = """
-- How a line ended: done by its own run, or not; and who covered it. A line may fail first and be executed
-- later; the breaker goes by the failure, for it came in time to be noticed.
ALTER TABLE dispatch_lines
    ADD COLUMN covered_at timestamptz,
    ADD COLUMN covered_by text,
    ADD COLUMN executed_at timestamptz,
    ADD COLUMN failed_at timestamptz,
    ADD COLUMN failure text CHECK (failure IN ('send_failed', 'unexecuted', 'run_failed', 'run_stuck')),
    ADD CHECK ((failed_at IS NULL) = (failure IS NULL));
CREATE INDEX dispatch_lines_judged ON dispatch_lines (job_name, dispatched_at DESC)
    WHERE executed_at IS NOT NULL OR failed_at IS NOT NULL;
-- Sent, covered by others, and nothing heard of it: few while the engine is well, or while it is not called.
CREATE INDEX dispatch_lines_unheard ON dispatch_lines (job_name, dispatched_at)
    WHERE state = 'covered' AND event_id IS NOT NULL AND run_id IS NULL AND failed_at IS NULL;

ALTER TABLE dispatches ADD COLUMN recoveries integer NOT NULL DEFAULT 0 CHECK (recoveries >= 0);
CREATE INDEX dispatches_dispatching ON dispatches (holder_expires_at) WHERE state = 'dispatching';

-- Signs of life of the engine, newest first.
CREATE INDEX runs_signs ON runs (job_name, beat_at DESC) WHERE source IN ('inngest', 'manual');

-- One for each responsibility; none is as good as a closed one.
CREATE TABLE breakers (
    job_name text PRIMARY KEY CHECK (job_name IN ('process-background-jobs', 'background-maintenance')),
    state text NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    opened_at timestamptz,
    probe_after timestamptz,
    probe_key text,
    changed_at timestamptz NOT NULL DEFAULT everytick_now(),
    actor text NOT NULL CHECK (actor <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    CHECK ((state = 'closed') = (opened_at IS NULL)),
    CHECK ((state = 'open') = (probe_after IS NOT NULL)),
    CHECK ((state = 'half_open') = (probe_key IS NOT NULL))
);
CREATE TABLE breaker_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_name text NOT NULL,
    state text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX breaker_changes_newest ON breaker_changes (job_name, changed_at DESC);

-- Every change of a breaker is kept, whoever makes it.
CREATE FUNCTION keep_breaker_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO breaker_changes (job_name, state, actor, reason, changed_at)
    VALUES (NEW.job_name, NEW.state, NEW.actor, NEW.reason, NEW.changed_at);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_breaker_change AFTER INSERT OR UPDATE ON breakers
    FOR EACH ROW EXECUTE FUNCTION keep_breaker_change();

UPDATE schema_compatibility SET schema_version = 5;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
