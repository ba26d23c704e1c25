"""Workspaces, leads, messages, drafts, pipeline runs and memory (domain.md §1)."""

from alembic import op

revision = "0002"
down_revision = "0001"

UPGRADE = """
CREATE TABLE workspaces (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE CHECK (name = btrim(name) AND name <> '' AND length(name) <= 200),
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at timestamptz NOT NULL DEFAULT everytick_now()
);

CREATE TABLE leads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    email text NOT NULL CHECK (email = lower(email) AND email <> ''),
    name text,
    timezone text,
    assigned_to text,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'unqualified', 'blacklisted')),
    tag text,
    score integer CHECK (score BETWEEN 0 AND 100),
    offered_slots jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(offered_slots) = 'array'),
    scheduler_link text,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    UNIQUE (workspace_id, email),
    UNIQUE (workspace_id, id)
);

CREATE TABLE drafts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    trigger_message_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'linkedin')),
    -- As composed and gated: never changed, so that an edit stays visible as one.
    content text NOT NULL,
    -- What a person made of it; null until somebody does. This is then what is sent.
    edited_content text CHECK (edited_content <> ''),
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sending', 'approved', 'rejected')),
    response_disposition text CHECK (response_disposition IN ('AUTO_SENT', 'EDITED', 'APPROVED')),
    send_unconfirmed boolean NOT NULL DEFAULT false,
    -- Why the last attempt to send it sent nothing; null when there was none.
    send_error text,
    decision jsonb,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    updated_at timestamptz NOT NULL DEFAULT everytick_now(),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE,
    UNIQUE (workspace_id, id),
    CHECK (response_disposition IS NULL OR status = 'approved'),
    CHECK (NOT (send_unconfirmed AND (response_disposition IS NOT NULL OR status <> 'approved')))
);
CREATE UNIQUE INDEX drafts_one_live ON drafts (trigger_message_id, channel) WHERE status <> 'rejected';
CREATE INDEX drafts_sending ON drafts (updated_at) WHERE status = 'sending';
CREATE INDEX drafts_by_lead ON drafts (workspace_id, lead_id);

CREATE TABLE messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'linkedin')),
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    subject text,
    -- What the sender wrote; what they quoted of earlier mail is beside it.
    body text NOT NULL,
    quoted text,
    -- With its angle brackets, as in the header; 'sha256:...' of the mail where it had none.
    rfc_message_id text,
    in_reply_to text,
    -- Every id that In-Reply-To and References name: what finds the thread in whatever order mail arrives.
    reference_ids text[] NOT NULL DEFAULT '{}',
    thread_id uuid NOT NULL,
    reply_to text,
    -- Who wrote it when no person did, by the mail's own headers; null for a person's mail.
    automation text CHECK (automation IN ('auto_reply', 'bounce', 'bulk')),
    attachments jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(attachments) = 'array'),
    sent_at timestamptz NOT NULL,
    sent_by text CHECK (sent_by IN ('ai', 'setter')),
    draft_id uuid UNIQUE,
    raw bytea,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, draft_id) REFERENCES drafts (workspace_id, id),
    UNIQUE (workspace_id, rfc_message_id),
    UNIQUE (workspace_id, id),
    CHECK (direction = 'outbound' OR (draft_id IS NULL AND sent_by IS NULL))
);
CREATE INDEX messages_conversation ON messages (workspace_id, lead_id, sent_at);
CREATE INDEX messages_thread ON messages (workspace_id, thread_id, sent_at);
CREATE INDEX messages_references ON messages USING gin (reference_ids) WHERE reference_ids <> '{}';
ALTER TABLE drafts ADD FOREIGN KEY (workspace_id, trigger_message_id)
    REFERENCES messages (workspace_id, id) ON DELETE CASCADE;

CREATE TABLE draft_pipeline_runs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    trigger_message_id uuid NOT NULL,
    draft_id uuid REFERENCES drafts ON DELETE SET NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'linkedin')),
    status text NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'ABORTED')),
    reason text,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    finished_at timestamptz,
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, trigger_message_id)
        REFERENCES messages (workspace_id, id) ON DELETE CASCADE,
    UNIQUE (trigger_message_id, channel),
    CHECK ((status = 'RUNNING') = (finished_at IS NULL)),
    CHECK (reason IS NOT NULL OR status NOT IN ('FAILED', 'ABORTED'))
);
CREATE INDEX draft_pipeline_runs_oldest ON draft_pipeline_runs (created_at);

CREATE TABLE draft_pipeline_artifacts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES draft_pipeline_runs ON DELETE CASCADE,
    stage text NOT NULL CHECK (stage IN (
        'draft_strategy', 'draft_generation', 'draft_verifier', 'meeting_overseer_extract',
        'meeting_overseer_gate', 'auto_send_evaluation', 'memory_proposal', 'final_draft')),
    iteration integer NOT NULL DEFAULT 0 CHECK (iteration >= 0),
    prompt_key text,
    model text,
    payload jsonb CHECK (length(payload::text) <= 32768),
    text text,
    input_tokens integer CHECK (input_tokens >= 0),
    output_tokens integer CHECK (output_tokens >= 0),
    latency_ms integer CHECK (latency_ms >= 0),
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    UNIQUE (run_id, stage, iteration)
);

CREATE TABLE lead_memory_entries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    category text NOT NULL CHECK (category <> '' AND length(category) <= 64),
    content text NOT NULL CHECK (content <> '' AND length(content) <= 500),
    source text NOT NULL CHECK (source IN ('MANUAL', 'SYSTEM', 'INFERENCE')),
    status text NOT NULL CHECK (status IN ('APPROVED', 'PENDING')),
    expires_at timestamptz,
    proposed_by_run uuid REFERENCES draft_pipeline_runs ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE,
    UNIQUE (lead_id, category, content)
);
CREATE INDEX lead_memory_expiry ON lead_memory_entries (expires_at) WHERE source = 'INFERENCE';
-- Without it, each pruned run would look through every entry for its own.
CREATE INDEX lead_memory_proposed ON lead_memory_entries (proposed_by_run)
    WHERE proposed_by_run IS NOT NULL;

CREATE TABLE workspace_memory_entries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    category text NOT NULL CHECK (category <> '' AND length(category) <= 64),
    content text NOT NULL CHECK (content <> '' AND length(content) <= 500),
    source text NOT NULL CHECK (source IN ('MANUAL', 'SYSTEM', 'INFERENCE')),
    status text NOT NULL CHECK (status IN ('APPROVED', 'PENDING')),
    expires_at timestamptz,
    proposed_by_run uuid REFERENCES draft_pipeline_runs ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT everytick_now(),
    UNIQUE (workspace_id, category, content)
);
CREATE INDEX workspace_memory_expiry ON workspace_memory_entries (expires_at) WHERE source = 'INFERENCE';
-- Without it, each pruned run would look through every entry for its own.
CREATE INDEX workspace_memory_proposed ON workspace_memory_entries (proposed_by_run)
    WHERE proposed_by_run IS NOT NULL;

UPDATE schema_compatibility SET schema_version = 2;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    raise NotImplementedError("Everytick goes forward only: restore a backup instead (docs/decisions)")
