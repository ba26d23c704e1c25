"""The dispatch ledger and the record of runs (design §5, §6)."""

from alembic import op

revision = "0004"
down_revision = "0003"

UPGRADE = """
CREATE TABLE dispatches (
    dispatch_key text PRIMARY KEY CHECK (dispatch_key <> ''),
    window_start timestamptz,
    window_seconds integer CHECK (window_seconds > 0),
    mode text NOT NULL CHECK (mode IN
        ('inline', 'inngest', 'inline-fallback', 'inline-recovery', 'duplicate', 'busy', 'untracked')),
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('dispatching', 'accepted', 'failed', 'inline')),
    generation integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
    ticks integer NOT NULL DEFAULT 1 CHECK (ticks > 0),
    facts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(facts) = 'object'),
    correlation_id text NOT NULL,
    holder text,
    holder_expires_at timestamptz,
    send_ms integer CHECK (send_ms >= 0),
    error_class text,
    error text,
    first_tick_at timestamptz NOT NULL DEFAULT everytick_now(),
    last_tick_at timestamptz NOT NULL DEFAULT everytick_now(),
    CHECK ((holder IS NULL) = (holder_expires_at IS NULL)),
    CHECK ((holder IS NOT NULL) = (state = 'dispatching'))
);
CREATE INDEX dispatches_newest ON dispatches (last_tick_at DESC);

CREATE TABLE dispatch_lines (
    dispatch_key text NOT NULL REFERENCES dispatches ON DELETE CASCADE,
    job_name text NOT NULL CHECK (job_name IN ('process-background-jobs', 'background-maintenance')),
    generation integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
    event_id text,
    state text NOT NULL CHECK (state IN
        ('inline', 'dispatching', 'accepted', 'failed', 'covered', 'unexecuted')),
    run_id text,
    dispatched_at timestamptz NOT NULL DEFAULT everytick_now(),
    PRIMARY KEY (dispatch_key, job_name)
);
CREATE INDEX dispatch_lines_open ON dispatch_lines (job_name, dispatched_at)
    WHERE state IN ('dispatching', 'accepted', 'failed', 'unexecuted');

CREATE TABLE runs (
    job_name text NOT NULL CHECK (job_name IN ('process-background-jobs', 'background-maintenance')),
    run_id text NOT NULL CHECK (run_id <> ''),
    source text NOT NULL CHECK (source IN
        ('inngest', 'inline', 'inline-fallback', 'inline-recovery', 'cli', 'manual')),
    dispatch_key text,
    status text NOT NULL CHECK (status IN
        ('running', 'succeeded', 'degraded', 'failed', 'superseded', 'abandoned')),
    owner text NOT NULL,
    attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    retry_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT everytick_now(),
    beat_at timestamptz NOT NULL DEFAULT everytick_now(),
    finished_at timestamptz,
    summary jsonb,
    error text,
    PRIMARY KEY (job_name, run_id),
    CHECK ((status = 'running') = (finished_at IS NULL)),
    CHECK (finished_at >= started_at)
);
CREATE INDEX runs_running ON runs (beat_at) WHERE status = 'running';
CREATE INDEX runs_covering ON runs (job_name, started_at DESC)
    WHERE status IN ('succeeded', 'degraded');
CREATE INDEX runs_of_dispatch ON runs (job_name, dispatch_key) WHERE dispatch_key IS NOT NULL;
CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;

UPDATE schema_compatibility SET schema_version = 4;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
