"""What told that a machine wrote a mail, and why a message got no draft (domain.md §2)."""

from alembic import op

revision = "0010"
down_revision = "0009"

UPGRADE = """
-- Every row fits the new checks, so none is looked at: the lock is short.
ALTER TABLE messages
    -- The header that told what wrote it, and what a report says; null for a person's mail.
    ADD COLUMN automation_facts jsonb,
    ADD CHECK (jsonb_typeof(automation_facts) = 'object') NOT VALID,
    DROP CONSTRAINT messages_automation_check,
    ADD CONSTRAINT messages_automation_check CHECK (automation IN (
        'auto_reply', 'bounce', 'bulk', 'delay', 'receipt', 'complaint', 'calendar')) NOT VALID;

ALTER TABLE draft_pipeline_runs
    -- What told the reason: a header, words of the text, until when somebody is away; null where nothing did.
    ADD COLUMN evidence jsonb,
    ADD CHECK (jsonb_typeof(evidence) = 'object') NOT VALID;

UPDATE schema_compatibility SET schema_version = 10;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
