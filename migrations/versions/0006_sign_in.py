"""Signing in: how often it was tried, and links that let in once (design §4)."""

from alembic import op

revision = "0006"
down_revision = "0005"

UPGRADE = """
-- Attempts by source and window; the source '' is all of them together. A source is told by a keyed hash.
CREATE TABLE sign_in_attempts (
    source text NOT NULL,
    window_start timestamptz NOT NULL,
    attempts integer NOT NULL CHECK (attempts > 0),
    PRIMARY KEY (source, window_start)
);
CREATE INDEX sign_in_attempts_window ON sign_in_attempts (window_start);

-- A link is deleted by its use; what is kept of it is a keyed hash.
CREATE TABLE sign_in_links (
    link_hash bytea PRIMARY KEY CHECK (length(link_hash) = 32),
    actor text NOT NULL CHECK (actor <> ''),
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX sign_in_links_expiry ON sign_in_links (expires_at);

UPDATE schema_compatibility SET schema_version = 6;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
