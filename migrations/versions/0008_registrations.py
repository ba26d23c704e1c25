"""The functions' registrations that Inngest took, so that one that is out of date is seen (design §9)."""

from alembic import op

revision = "0008"
down_revision = "0007"

UPGRADE = """
-- Inngest goes by the configuration that it was told last, not by that of the code that runs.
-- One row for each thing that it was told, so that telling it again and again fills nothing.
CREATE TABLE registrations (
    app_id text NOT NULL,
    env text NOT NULL,
    url text NOT NULL,
    configuration_hash bytea NOT NULL CHECK (length(configuration_hash) = 32),
    sync_kind text NOT NULL CHECK (sync_kind IN ('out_of_band', 'in_band')),
    instance text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT everytick_now(),
    PRIMARY KEY (app_id, env, url, configuration_hash)
);

UPDATE schema_compatibility SET schema_version = 8;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
