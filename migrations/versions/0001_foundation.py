"""The database's clock, its stamp and compatibility marks, controls and leases."""

from alembic import op

revision = "0001"
down_revision = None

UPGRADE = """
-- The clock that all instances share (design §1.4). STABLE and inlined, so that indexes stay usable.
CREATE FUNCTION everytick_now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT statement_timestamp()';

CREATE TABLE environment_stamp (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    kind text NOT NULL CHECK (kind IN ('production', 'preview', 'development')),
    fingerprint text,
    database_name text,
    stamped_at timestamptz NOT NULL DEFAULT everytick_now()
);

CREATE TABLE schema_compatibility (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    schema_version integer NOT NULL CHECK (schema_version > 0),
    min_app_schema integer NOT NULL CHECK (min_app_schema > 0),
    CHECK (min_app_schema <= schema_version)
);
INSERT INTO schema_compatibility (schema_version, min_app_schema) VALUES (1, 1);

CREATE TABLE controls (
    name text PRIMARY KEY
        CHECK (name IN ('dispatch.mode', 'dispatch.percent', 'rollout.auto', 'jobs.paused')),
    value jsonb NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    changed_at timestamptz NOT NULL DEFAULT everytick_now(),
    expires_at timestamptz CHECK (expires_at > changed_at),
    -- A value that no tick can read would end every tick: it is refused where it is written.
    CONSTRAINT controls_value CHECK (CASE name
        WHEN 'dispatch.mode' THEN value IN ('"auto"', '"inline"', '"inngest"')
        WHEN 'dispatch.percent' THEN jsonb_typeof(value) = 'number'
            AND value >= '0' AND value <= '100'
        WHEN 'rollout.auto' THEN jsonb_typeof(value) = 'boolean'
        WHEN 'jobs.paused' THEN jsonb_typeof(value) = 'object'
            AND value - '{kinds,workspaces}'::text[] = '{}'
            AND coalesce(jsonb_typeof(value -> 'kinds'), 'array') = 'array'
            AND coalesce(jsonb_typeof(value -> 'workspaces'), 'array') = 'array'
            AND NOT value @? '$.kinds[*] ? (@.type() != "string")'
            AND NOT value @? '$.workspaces[*] ? (@.type() != "string")'
            AND NOT value @?
                '$.workspaces[*] ? (!(@ like_regex "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))'
        END)
);

CREATE TABLE control_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    value jsonb,
    actor text NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX control_changes_newest ON control_changes (name, changed_at DESC);

-- Every change of a control is kept, whoever makes it.
CREATE FUNCTION keep_control_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO control_changes (name, value, actor, reason, changed_at, expires_at)
    VALUES (NEW.name, NEW.value, NEW.actor, NEW.reason, NEW.changed_at, NEW.expires_at);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_control_change AFTER INSERT OR UPDATE ON controls
    FOR EACH ROW EXECUTE FUNCTION keep_control_change();

-- Single flight (failure D5: never a session lock). A lease that is not renewed can be taken; the fencing
-- token grows with every taking, so that a holder who slept knows that it lost.
CREATE TABLE leases (
    name text PRIMARY KEY CHECK (name <> ''),
    token bigint NOT NULL DEFAULT 1 CHECK (token > 0),
    holder text CHECK (holder <> ''),
    acquired_at timestamptz,
    expires_at timestamptz,
    CHECK ((holder IS NULL) = (expires_at IS NULL))
);
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
