"""What a lead's score rests on, and two indexes for auto-send (docs/drafts.md)."""

from alembic import op

revision = "0012"
down_revision = "0011"

UPGRADE = """
-- The signals and their weights, or why there is no score; null until the lead is scored.
ALTER TABLE leads ADD COLUMN score_basis jsonb, ADD CHECK (jsonb_typeof(score_basis) = 'object') NOT VALID;

-- Whether a person's send of a draft is under way, asked by each draft that would go out by itself.
CREATE INDEX jobs_sends_under_way ON jobs ((payload ->> 'draftId'))
    WHERE kind = 'draft.send' AND status IN ('scheduled', 'pending', 'running');
-- The decisions of the last day, for the metrics.
CREATE INDEX draft_pipeline_artifacts_auto_send ON draft_pipeline_artifacts (created_at)
    WHERE stage = 'auto_send_evaluation';

UPDATE schema_compatibility SET schema_version = 12;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
