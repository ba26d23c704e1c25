"""Tests of lib/drafts/sending.py: one mail, whatever happens in between."""

import mailbox
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.disposition import SentBy
from lib.drafts.maildir_mailer import MaildirMailer
from lib.drafts.outgoing_mail import OutgoingMail
from lib.drafts.send_store import SendableDraft
from lib.drafts.sending import Sending, SendOutcome, SendResult
from lib.errors import SendDeferred, SendOutcomeUnknown, SendRefused, StoreUnavailable
from lib.store.store import Connection
from tests.conftest import Database
from tests.drafts.conftest import Inbox, new_draft
from tests.drafts.outbox import Crash, RecordingMailer, outbound, raising, send, state, willing
from tests.drafts.test_outgoing_mail import plain_of


class TestAPendingDraft:
    def test_is_sent_and_written_down(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """Domain §4: pending, sending, approved; one outbound message, unique on the draft."""
        assert send(sending, draft, deadline).outcome is SendOutcome.SENT
        (mail,) = mailer.taken
        assert (mail.recipient, mail.message_id) == ("ada@lead.example", f"<draft.{draft}@acme.example>")
        first, own = str(mail.message["References"]).split()  # folded or not
        assert first == "<q1@lead.example>"
        assert own.startswith("<q")
        assert state(database) == ("approved", "APPROVED", False)
        assert outbound(database) == [("Hello Ada", "setter", draft)]
        ((own_id, parent, thread_matches),) = database.rows(
            "SELECT o.rfc_message_id, o.in_reply_to = t.rfc_message_id, o.thread_id = t.thread_id"
            " FROM messages o, messages t WHERE o.direction = 'outbound' AND t.direction = 'inbound'"
        )
        assert (own_id, parent, thread_matches) == (mail.message_id, True, True)

    def test_is_marked_before_the_mail_is_handed_over(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        seen: list[tuple[Any, ...]] = []
        mailer.instead = lambda: seen.append(state(database))
        send(sending, draft, deadline)
        assert seen == [("sending", None, False)]

    def test_that_a_person_changed_is_sent_as_changed(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """Failure D6: EDITED, from what was stored."""
        database.run("UPDATE drafts SET edited_content = 'Hello dear Ada'")
        send(sending, draft, deadline)
        assert plain_of(mailer.taken[0].message).startswith("Hello dear Ada\n")
        assert state(database) == ("approved", "EDITED", False)

    @pytest.mark.parametrize(
        ("edited", "offered"),
        [
            ("How about Friday, March 13 at 4:00 PM instead?", ["Friday, March 13 at 4:00 PM"]),
            ("None of these is free any more.", []),
            (None, ["Tuesday, March 3 at 2:00 PM"]),
        ],
        ids=["other times", "no times", "as composed"],
    )
    def test_that_a_person_changed_is_the_offer_from_then_on(
        self,
        database: Database,
        sending: Sending,
        draft: UUID,
        deadline: Deadline,
        edited: str | None,
        offered: list[str],
    ) -> None:
        """The copy in the team's own mailbox is a duplicate: nothing else would take the old offer back."""
        database.run("UPDATE leads SET offered_slots = '[\"Tuesday, March 3 at 2:00 PM\"]'")
        database.run("UPDATE drafts SET edited_content = %s", edited)
        send(sending, draft, deadline)
        assert database.value("SELECT offered_slots FROM leads") == offered

    def test_that_goes_out_by_itself_says_so(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """It says how to stop such mail, and carries nobody else's words: a sender may be forged."""
        send(sending, draft, deadline, sent_by=SentBy.AI)
        assert (state(database)[1], outbound(database)[0][1]) == ("AUTO_SENT", "ai")
        message = mailer.taken[0].message
        assert message["Auto-Submitted"] == "auto-replied"
        assert message["List-Unsubscribe"] == "<mailto:team@acme.example?subject=unsubscribe>"
        assert plain_of(message).strip() == "Hello Ada"

    def test_that_a_person_released_quotes_what_it_answers(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """What is stored is what was said, without the quotation."""
        send(sending, draft, deadline)
        message = mailer.taken[0].message
        assert plain_of(message).splitlines() == [
            "Hello Ada", "", "On 2026-03-02 at 09:01 UTC, Ada Lovelace wrote:", "> What now?",
        ]  # fmt: skip
        assert (message["Auto-Submitted"], message["List-Unsubscribe"]) == ("no", None)
        assert outbound(database)[0][0] == "Hello Ada"

    def test_of_a_team_that_says_it_always_says_how_to_stop_such_mail(
        self, inbox: Inbox, sending: Sending, mailer: RecordingMailer, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace(list_unsubscribe="always")
        send(sending, new_draft(inbox, workspace, inbox.lead(workspace)), deadline)
        assert mailer.taken[0].message["List-Unsubscribe"] is not None

    def test_goes_where_the_lead_wants_answers(
        self, inbox: Inbox, sending: Sending, mailer: RecordingMailer, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        draft = new_draft(inbox, workspace, inbox.lead(workspace), reply_to="desk@lead.example")
        send(sending, draft, deadline)
        assert mailer.taken[0].recipient == "desk@lead.example"

    def test_is_not_begun_without_time_to_end_it(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID
    ) -> None:
        with pytest.raises(SendDeferred):
            send(sending, draft, Deadline.after_ms(SystemClock(), 2_000))
        assert (state(database)[0], mailer.taken) == ("pending", [])


class TestItsRelease:
    def test_holds_a_pending_draft_back_and_keeps_what_it_writes(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        def hold(connection: Connection, held: SendableDraft) -> SendResult:
            connection.execute("UPDATE leads SET tag = 'Held' WHERE id = %s", (held.lead_id,))
            return SendResult(outcome=SendOutcome.SKIPPED, reason="held")

        result = send(replace(sending, release=hold), draft, deadline)
        assert (result.outcome, result.reason) == (SendOutcome.SKIPPED, "held")
        assert (state(database)[0], mailer.taken) == ("pending", [])
        assert database.value("SELECT tag FROM leads") == "Held"

    def test_is_asked_of_pending_drafts_only(
        self, database: Database, sending: Sending, draft: UUID, deadline: Deadline
    ) -> None:
        """What is sent, or being sent, is settled whatever the policy says now."""

        def unasked(_connection: Connection, _draft: SendableDraft) -> SendResult:
            raise AssertionError

        database.run("UPDATE drafts SET status = 'sending'")
        assert send(replace(sending, release=unasked), draft, deadline).outcome is SendOutcome.WAITING


class TestNothingWasSent:
    @pytest.mark.parametrize("error", [SendRefused("not you"), SendDeferred("not now")], ids=str)
    def test_the_draft_is_pending_again_with_the_reason(
        self,
        error: SendRefused | SendDeferred,
        inbox: Inbox,
        sending: Sending,
        draft: UUID,
        deadline: Deadline,
    ) -> None:
        failing = RecordingMailer(instead=raising(error))
        with pytest.raises(type(error)):
            send(replace(sending, mailer=failing), draft, deadline)
        assert state(inbox.database)[0] == "pending"
        assert inbox.database.value("SELECT send_error FROM drafts") == error.message
        assert send(sending, draft, deadline).outcome is SendOutcome.SENT
        assert inbox.database.value("SELECT send_error FROM drafts") is None

    def test_a_channel_without_a_way_out_is_refused(
        self, database: Database, inbox: Inbox, sending: Sending, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        draft = new_draft(inbox, workspace, inbox.lead(workspace), channel="sms")
        with pytest.raises(SendRefused, match="by hand"):
            send(sending, draft, deadline)
        assert state(database)[0] == "pending"


class TestBeforeItIsCommittedTo:
    """Until the second mark nothing was sent, so that what is interrupted there is sent again."""

    def test_a_crash_leads_to_one_mail(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        mailer.before = raising(Crash())
        with pytest.raises(Crash):
            send(sending, draft, deadline)
        mailer.before = willing
        with pytest.raises(SendDeferred, match="interrupted"):
            send(sending, draft, deadline, may_be_ours=True)
        assert send(sending, draft, deadline, may_be_ours=True).outcome is SendOutcome.SENT
        assert (len(mailer.taken), state(database)) == (1, ("approved", "APPROVED", False))

    def test_one_that_was_given_up_does_not_go_on(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """Whoever slept there while another execution sent the mail hands over nothing (failure L6)."""
        others = RecordingMailer()

        def another() -> None:
            mailer.before = willing
            with pytest.raises(SendDeferred, match="interrupted"):
                send(replace(sending, mailer=others), draft, deadline, may_be_ours=True)
            send(replace(sending, mailer=others), draft, deadline, may_be_ours=True)

        mailer.before = another
        with pytest.raises(SendDeferred, match="took this send over"):
            send(sending, draft, deadline)
        assert (len(others.taken), len(mailer.taken)) == (1, 0)
        assert state(database) == ("approved", "APPROVED", False)

    def test_a_claim_of_an_older_version_says_nothing(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """0.1.0 makes no second mark: what it leaves behind may have been sent."""
        mailer.before = raising(Crash())
        with pytest.raises(Crash):
            send(sending, draft, deadline)
        database.run("UPDATE drafts SET status = 'sending', updated_at = everytick_now()")
        assert send(sending, draft, deadline, may_be_ours=True).outcome is SendOutcome.UNCONFIRMED

    def test_a_database_that_is_away_then_stops_it(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        mailer.before = raising(StoreUnavailable())
        with pytest.raises(StoreUnavailable):
            send(sending, draft, deadline)
        assert (mailer.taken, state(database)[0]) == ([], "sending")


class TestNotKnown:
    def test_a_lost_answer_is_left_for_the_operator(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """Failure L12: never silently called sent; domain §4: never sent a second time."""
        mailer.instead = raising(SendOutcomeUnknown())
        assert send(sending, draft, deadline).outcome is SendOutcome.UNCONFIRMED
        assert state(database) == ("approved", None, True)
        assert outbound(database) == []
        mailer.instead = lambda: None
        again = send(sending, draft, deadline, may_be_ours=True)
        assert (again.outcome, again.reason) == (SendOutcome.SKIPPED, "approved")
        assert mailer.taken == []

    def test_a_crash_after_the_yes_leads_to_no_second_mail(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """Failure D7: crash between the provider's yes and our write."""
        mailer.then = raising(Crash())
        with pytest.raises(Crash):
            send(sending, draft, deadline)
        assert state(database) == ("sending", None, False)
        mailer.then = lambda: None
        assert send(sending, draft, deadline, may_be_ours=True).outcome is SendOutcome.UNCONFIRMED
        assert state(database) == ("approved", None, True)
        assert len(mailer.taken) == 1

    def test_what_becomes_known_later_is_put_right(
        self, database: Database, inbox: Inbox, sending: Sending, mailer: RecordingMailer, deadline: Deadline
    ) -> None:
        """An imported copy of the sent mail settles it: matched by its Message-ID (failure D7)."""
        workspace = inbox.workspace()
        lead = inbox.lead(workspace)
        draft = new_draft(inbox, workspace, lead)
        mailer.instead = raising(SendOutcomeUnknown())
        send(sending, draft, deadline)
        inbox.message(
            workspace, lead, "Hello Ada", direction="outbound", rfc_message_id=f"<draft.{draft}@acme.example>"
        )
        assert send(sending, draft, deadline).outcome is SendOutcome.SETTLED
        assert state(database) == ("approved", "APPROVED", False)
        assert outbound(database) == [("Hello Ada", "setter", draft)]


class TestTheLocalOutbox:
    @pytest.fixture
    def outbox(self, tmp_path: Path) -> Path:
        return tmp_path / "outbox"

    def test_knows_after_a_crash_that_it_has_the_mail(
        self, database: Database, sending: Sending, draft: UUID, deadline: Deadline, outbox: Path
    ) -> None:
        """Domain §4: on re-run the send is settled from what is known."""

        class Crashing(MaildirMailer):
            def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
                super().send(mail, deadline=deadline, commit=commit)
                raise Crash

        with pytest.raises(Crash):
            send(replace(sending, mailer=Crashing(outbox)), draft, deadline)
        local = replace(sending, mailer=MaildirMailer(outbox))
        assert send(local, draft, deadline).outcome is SendOutcome.SETTLED
        assert state(database) == ("approved", "APPROVED", False)
        assert len(mailbox.Maildir(outbox, create=False)) == 1

    def test_knows_after_a_crash_that_it_has_not(
        self, database: Database, sending: Sending, draft: UUID, deadline: Deadline, outbox: Path
    ) -> None:
        crashing = RecordingMailer(instead=raising(Crash()))
        with pytest.raises(Crash):
            send(replace(sending, mailer=crashing), draft, deadline)
        local = replace(sending, mailer=MaildirMailer(outbox))
        with pytest.raises(SendDeferred, match="interrupted"):
            send(local, draft, deadline, may_be_ours=True)
        assert send(local, draft, deadline).outcome is SendOutcome.SENT
        assert state(database) == ("approved", "APPROVED", False)
