"""Who decided on a memory entry, and that a rejected one stays rejected (domain §5)."""

from alembic import op

revision = "0011"
down_revision = "0010"

UPGRADE = """
-- A rejected entry keeps its place in the unique index: the next mail that says the same brings nothing back.
-- Each check holds for every row there is, so nothing is looked through while the lock is held.
ALTER TABLE lead_memory_entries
    DROP CONSTRAINT lead_memory_entries_status_check,
    ADD CONSTRAINT lead_memory_entries_status_check
        CHECK (status IN ('APPROVED', 'PENDING', 'REJECTED')) NOT VALID,
    ADD COLUMN confidence double precision,
    ADD CONSTRAINT lead_memory_entries_confidence_check
        CHECK (confidence BETWEEN 0 AND 1) NOT VALID,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN decided_by text,
    ADD COLUMN decided_why text;
ALTER TABLE workspace_memory_entries
    DROP CONSTRAINT workspace_memory_entries_status_check,
    ADD CONSTRAINT workspace_memory_entries_status_check
        CHECK (status IN ('APPROVED', 'PENDING', 'REJECTED')) NOT VALID,
    ADD COLUMN confidence double precision,
    ADD CONSTRAINT workspace_memory_entries_confidence_check
        CHECK (confidence BETWEEN 0 AND 1) NOT VALID,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN decided_by text,
    ADD COLUMN decided_why text;

UPDATE schema_compatibility SET schema_version = 11;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
