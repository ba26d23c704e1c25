"""The job queue (design §7, claim.md)."""

from alembic import op

revision = "0003"
down_revision = "0002"

UPGRADE = """
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid REFERENCES workspaces ON DELETE CASCADE,
    -- Jobs of no workspace share a bucket of their own, so that fairness has one column to walk.
    bucket uuid NOT NULL GENERATED ALWAYS AS
        (coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)*$' AND length(kind) <= 100),
    payload jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),
    dedupe_key text CHECK (dedupe_key <> '' AND length(dedupe_key) <= 500),
    dedupe_scope text CHECK (dedupe_scope IN ('while_queued', 'while_active')),
    status text NOT NULL CHECK (status IN
        ('scheduled', 'pending', 'running', 'succeeded', 'dead', 'discarded')),
    priority smallint NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL DEFAULT everytick_now(),
    attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    crashes integer NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    max_attempts integer NOT NULL DEFAULT 5 CHECK (max_attempts BETWEEN 1 AND 100),
    reschedules integer NOT NULL DEFAULT 0 CHECK (reschedules >= 0),
    lease_token uuid,
    leased_by text,
    lease_expires_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    -- When the latest execution began; a claim empties it, so that an expired lease tells what had begun.
    started_at timestamptz,
    finished_at timestamptz,
    CHECK ((dedupe_key IS NULL) = (dedupe_scope IS NULL)),
    CHECK ((status = 'running') = (lease_token IS NOT NULL)),
    CHECK ((lease_token IS NULL) = (leased_by IS NULL)),
    CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL)),
    CHECK ((status IN ('succeeded', 'dead', 'discarded')) = (finished_at IS NOT NULL)),
    CHECK (status <> 'dead' OR last_error IS NOT NULL)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);

-- What can be claimed, walked bucket by bucket; jobs that are not due are not in it, nor are those that may
-- have killed a worker: they are claimed one at a time from an index of their own.
CREATE INDEX jobs_claimable ON jobs (bucket, priority DESC, run_at, id)
    WHERE status = 'pending' AND crashes = 0;
CREATE INDEX jobs_suspect ON jobs (run_at, id) WHERE status = 'pending' AND crashes > 0;
-- `id > 0` is always true: only a query that says so can use this index. Without it the planner, before its
-- statistics know of a burst, would rather read and sort all that is due than walk jobs_claimable.
CREATE INDEX jobs_oldest_due ON jobs (run_at, id) WHERE status = 'pending' AND id > 0;
CREATE INDEX jobs_promotable ON jobs (run_at, id) WHERE status = 'scheduled';
CREATE INDEX jobs_lease_expiry ON jobs (lease_expires_at) WHERE status = 'running';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (finished_at) WHERE status = 'dead';
-- A key belongs to its kind. Uniqueness lasts as long as its scope says; a final state releases the key.
CREATE UNIQUE INDEX jobs_unique_while_queued ON jobs (kind, dedupe_key)
    WHERE dedupe_scope = 'while_queued' AND status IN ('scheduled', 'pending');
CREATE UNIQUE INDEX jobs_unique_while_active ON jobs (kind, dedupe_key)
    WHERE dedupe_scope = 'while_active' AND status IN ('scheduled', 'pending', 'running');

UPDATE schema_compatibility SET schema_version = 3;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
