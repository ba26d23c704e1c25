"""Signed calls of Inngest that were let in, so that none is let in twice (design §9)."""

from alembic import op

revision = "0007"
down_revision = "0006"

UPGRADE = """
-- What is kept of a call is the hash of its signature: unique to a body, a key and a second.
CREATE TABLE heard_calls (
    signature_hash bytea PRIMARY KEY CHECK (length(signature_hash) = 32),
    heard_at timestamptz NOT NULL DEFAULT everytick_now()
);
CREATE INDEX heard_calls_age ON heard_calls (heard_at);

UPDATE schema_compatibility SET schema_version = 7;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
