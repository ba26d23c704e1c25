"""What is known of a send that was interrupted: whether its mail can have been handed over (domain §4)."""

from alembic import op

revision = "0009"
down_revision = "0008"

UPGRADE = """
-- As long as it equals updated_at, the send that was begun then has handed nothing over. Code that does not
-- know the column moves updated_at away from it, and then nothing is certain.
ALTER TABLE drafts ADD COLUMN unsent_as_of timestamptz;

UPDATE schema_compatibility SET schema_version = 9;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
