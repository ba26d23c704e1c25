"""Tests of lib/drafts/auto_send_store.py."""

from datetime import UTC, datetime

import pytest

from lib.drafts.auto_send import AutoSendDecision, AutoSendReason, AutoSendVerdict
from lib.drafts.auto_send_store import OF_A_DAY, READ, decisions_of_a_day, note_decision, read_present
from lib.services import Services
from tests.conftest import Database
from tests.drafts.auto_sending import AutoSending, auto_sending
from tests.drafts.conftest import Inbox
from tests.drafts.outbox import RecordingMailer
from tests.query_plan import reads

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
POSTPONED, SKIPPED = (
    AutoSendDecision(verdict=verdict, reason=reason, now=NOON)
    for verdict, reason in (
        (AutoSendVerdict.POSTPONED, AutoSendReason.OUTSIDE_HOURS),
        (AutoSendVerdict.SKIPPED, AutoSendReason.EDITED),
    )
)


@pytest.fixture
def sending(services: Services, database: Database) -> AutoSending:
    return auto_sending(services, Inbox(database), RecordingMailer())


def note(sending: AutoSending, decision: AutoSendDecision) -> None:
    with sending.services.store.transaction() as connection:
        note_decision(connection, sending.draft, decision)


class TestDecisions:
    def test_follow_one_another_and_the_same_again_is_none(self, sending: AutoSending) -> None:
        """A job that was interrupted after its reason was written comes to the same."""
        for decision in (POSTPONED, POSTPONED, SKIPPED, POSTPONED):
            note(sending, decision)
        assert [verdict for verdict, _ in sending.decisions()] == [
            "scheduled", "postponed", "skipped", "postponed",
        ]  # fmt: skip

    def test_of_a_run_that_was_pruned_go_nowhere(self, database: Database, sending: AutoSending) -> None:
        database.run("DELETE FROM draft_pipeline_runs")
        note(sending, SKIPPED)
        assert database.value("SELECT count(*) FROM draft_pipeline_artifacts") == 0

    def test_of_a_day_are_counted(self, database: Database, sending: AutoSending) -> None:
        note(sending, SKIPPED)
        with sending.services.store.transaction() as connection:
            assert decisions_of_a_day(connection) == {"scheduled": 1, "skipped": 1}
        database.run("UPDATE draft_pipeline_artifacts SET created_at = created_at - interval '25 hours'")
        with sending.services.store.transaction() as connection:
            assert decisions_of_a_day(connection) == {}


class TestReading:
    def test_nothing_came_in_between(self, sending: AutoSending) -> None:
        with sending.services.store.transaction() as connection:
            present = read_present(connection, sending.draft)
        since = present.since
        assert not any(
            (since.edited, since.released, since.newer_inbound, since.outbound, since.other_send_open)
        )
        assert (present.message_id, present.judgement["confidence"]) == (sending.message, 0.95)

    def test_what_the_message_names_came_before_it(self, database: Database, sending: AutoSending) -> None:
        """Whatever their dates: a copy of our own mail that arrives after its answer."""
        copy = sending.reply(direction="outbound")
        database.run(
            "UPDATE messages SET reference_ids = ARRAY(SELECT rfc_message_id FROM messages WHERE id = %s)"
            " WHERE id = %s",
            copy,
            sending.message,
        )
        with sending.services.store.transaction() as connection:
            assert not read_present(connection, sending.draft).since.outbound

    def test_another_workspaces_are_not_seen(self, sending: AutoSending) -> None:
        """Domain §1, also where the same address writes to both."""
        inbox = sending.inbox
        other = inbox.workspace()
        inbox.message(other, inbox.lead(other), "Hello", sent_at="2027-01-01")
        with sending.services.store.transaction() as connection:
            assert not read_present(connection, sending.draft).since.newer_inbound

    @pytest.mark.parametrize(
        ("table", "index"),
        [
            ("jobs", "jobs_sends_under_way"),
            ("messages", "messages_conversation"),
            ("drafts", "drafts_by_lead"),
        ],
    )
    def test_walks_no_table(self, database: Database, sending: AutoSending, table: str, index: str) -> None:
        """However many jobs wait and mails are stored: asked for each draft, with its lead locked."""
        database.run(
            "INSERT INTO jobs (workspace_id, kind, payload, status, run_at)"
            " SELECT %s, 'draft.auto_send', jsonb_build_object('draftId', gen_random_uuid()), 'scheduled',"
            " everytick_now() + interval '1 hour' FROM generate_series(1, 3000)",
            sending.workspace,
        )
        database.run(
            "INSERT INTO leads (workspace_id, email) SELECT %s, 'l' || n || '@x.example'"
            " FROM generate_series(1, 2000) n",
            sending.workspace,
        )
        database.run(
            "INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at)"
            " SELECT workspace_id, id, 'email', 'inbound', 'x', id, everytick_now() FROM leads"
            " WHERE email ~ '^l[0-9]+@'"
        )
        database.run(
            "INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content)"
            " SELECT workspace_id, lead_id, id, 'email', 'x' FROM messages WHERE body = 'x'"
        )
        database.run("ANALYZE jobs, messages, drafts, leads")
        found = set(reads(database, READ, (sending.draft,), table))
        assert index in found
        assert "Seq Scan" not in found

    def test_the_metrics_walk_an_index_of_their_own(self, database: Database, sending: AutoSending) -> None:
        del sending
        database.run(
            "INSERT INTO draft_pipeline_artifacts (run_id, stage, iteration) SELECT id, 'final_draft', n"
            " FROM draft_pipeline_runs, generate_series(1, 3000) n"
        )
        database.run("ANALYZE draft_pipeline_artifacts")
        table = "draft_pipeline_artifacts"
        assert reads(database, OF_A_DAY, (), table) == ["draft_pipeline_artifacts_auto_send"]
