"""Real work for each tick: mail to answer, mail to send, and rows past their time, noted in the audit."""

from typing import Final

from tests.faults.audited_database import AuditedDatabase

SEED: Final = """
DO $$
DECLARE
    tick integer := {tick};
    space uuid;
    lead uuid;
    message uuid;
    draft uuid;
    run uuid;
    entry uuid;
BEGIN
    INSERT INTO workspaces (name) VALUES ('team') ON CONFLICT (name) DO UPDATE SET name = excluded.name
        RETURNING id INTO space;

    -- process: an inbound mail gets a draft
    INSERT INTO leads (workspace_id, email, name)
        VALUES (space, 'asks' || tick || '@lead.example', 'Ada') RETURNING id INTO lead;
    INSERT INTO messages (workspace_id, lead_id, channel, direction, subject, body, rfc_message_id, thread_id,
            sent_at)
        VALUES (space, lead, 'email', 'inbound', 'Your offer', 'What does it cost?',
            '<asks' || tick || '@lead.example>', gen_random_uuid(), everytick_now())
        RETURNING id INTO message;
    INSERT INTO jobs (workspace_id, kind, payload, dedupe_key, dedupe_scope, status)
        VALUES (space, 'inbound.post_process', jsonb_build_object('messageId', message), message,
            'while_active', 'pending');
    INSERT INTO audit.work VALUES (tick, 'process', 'drafted', message, everytick_now());

    -- process: a released draft is sent
    INSERT INTO leads (workspace_id, email, name)
        VALUES (space, 'waits' || tick || '@lead.example', 'Bea') RETURNING id INTO lead;
    INSERT INTO messages (workspace_id, lead_id, channel, direction, subject, body, rfc_message_id, thread_id,
            sent_at)
        VALUES (space, lead, 'email', 'inbound', 'Your offer', 'And now?',
            '<waits' || tick || '@lead.example>', gen_random_uuid(), everytick_now())
        RETURNING id INTO message;
    INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content)
        VALUES (space, lead, message, 'email', 'Hello Bea') RETURNING id INTO draft;
    INSERT INTO jobs (workspace_id, kind, payload, dedupe_key, dedupe_scope, status)
        VALUES (space, 'draft.send', jsonb_build_object('draftId', draft), draft, 'while_active', 'pending');
    INSERT INTO audit.work VALUES (tick, 'process', 'settled', draft, everytick_now());

    -- maintenance: a draft that was sent and never settled
    INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at)
        VALUES (space, lead, 'email', 'inbound', 'Hello?', gen_random_uuid(), everytick_now())
        RETURNING id INTO message;
    INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, status, updated_at)
        VALUES (space, lead, message, 'email', 'Yes', 'sending', everytick_now() - interval '11 min')
        RETURNING id INTO draft;
    INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at, sent_by,
            draft_id)
        VALUES (space, lead, 'email', 'outbound', 'Yes', gen_random_uuid(), everytick_now(), 'setter', draft);
    INSERT INTO audit.work VALUES (tick, 'maintenance', 'settled', draft, everytick_now());

    -- maintenance: a run of the pipeline and inferences past their time
    INSERT INTO draft_pipeline_runs (workspace_id, lead_id, trigger_message_id, channel, status, created_at,
            finished_at)
        VALUES (space, lead, message, 'email', 'COMPLETED', everytick_now() - interval '31 days',
            everytick_now()) RETURNING id INTO run;
    INSERT INTO audit.work VALUES (tick, 'maintenance', 'pruned', run, everytick_now());
    INSERT INTO lead_memory_entries (workspace_id, lead_id, category, content, source, status, expires_at)
        VALUES (space, lead, 'note', 'was' || tick, 'INFERENCE', 'APPROVED', everytick_now())
        RETURNING id INTO entry;
    INSERT INTO audit.work VALUES (tick, 'maintenance', 'forgotten', entry, everytick_now());
    INSERT INTO workspace_memory_entries (workspace_id, category, content, source, status, expires_at)
        VALUES (space, 'note', 'was' || tick, 'INFERENCE', 'APPROVED', everytick_now())
        RETURNING id INTO entry;
    INSERT INTO audit.work VALUES (tick, 'maintenance', 'forgotten', entry, everytick_now());
END $$
"""


def seed_tick(database: AuditedDatabase, tick: int) -> None:
    """What the tick of this number is to get done, due now."""
    database.owner.run(SEED.format(tick=tick))
