"""Tests of lib/drafts/sending.py: two at once, and what is not to be sent (again)."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.sending import Sending, SendOutcome, SendResult, send_draft
from lib.errors import NotFound
from tests.conftest import Database
from tests.drafts.conftest import Inbox
from tests.drafts.outbox import RecordingMailer, send, state


class TestTwoAtOnce:
    def test_one_hands_the_mail_over_and_the_other_waits(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """Design §1.6: every effect happens once."""
        others: list[SendResult] = []
        mailer.instead = lambda: others.append(send(sending, draft, deadline))
        assert send(sending, draft, deadline).outcome is SendOutcome.SENT
        (other,) = others
        assert other.outcome is SendOutcome.WAITING
        assert other.ask_again_at is not None
        assert other.ask_again_at - SystemClock().now() < timedelta(seconds=26)
        assert len(mailer.taken) == 1
        assert state(database) == ("approved", "APPROVED", False)

    def test_threads_make_one_call(
        self, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        together = threading.Barrier(4)

        def together_then_send() -> None:
            together.wait(10)
            send(sending, draft, deadline)

        threads = [threading.Thread(target=together_then_send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(mailer.taken) == 1

    def test_one_that_was_given_up_puts_its_own_success_right(
        self, database: Database, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        """A frozen sender that wakes up after it was called unconfirmed knows better."""
        mailer.then = lambda: None
        mailer.instead = lambda: _given_up(sending, draft, deadline)
        assert send(sending, draft, deadline).outcome is SendOutcome.SENT
        assert len(mailer.taken) == 1
        assert state(database) == ("approved", "APPROVED", False)

    def test_a_send_nobody_can_still_be_at_is_not_waited_for(
        self, database: Database, sending: Sending, draft: UUID, deadline: Deadline
    ) -> None:
        database.run("UPDATE drafts SET status = 'sending'")
        assert send(sending, draft, deadline).outcome is SendOutcome.WAITING
        database.shift_clock(timedelta(seconds=26))
        assert send(sending, draft, deadline).outcome is SendOutcome.UNCONFIRMED


def _given_up(sending: Sending, draft: UUID, deadline: Deadline) -> None:
    other = replace(sending, mailer=RecordingMailer())
    assert send(other, draft, deadline, may_be_ours=True).outcome is SendOutcome.UNCONFIRMED


class TestNothingToDo:
    @pytest.mark.parametrize("status", ["approved", "rejected"])
    def test_a_draft_that_is_no_longer_pending_is_skipped(
        self, status: str, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        with sending.store.transaction() as connection:
            connection.execute("UPDATE drafts SET status = %s", (status,))
        result = send(sending, draft, deadline)
        assert (result.outcome, result.reason, mailer.taken) == (SendOutcome.SKIPPED, status, [])

    def test_one_that_was_sent_is_not_sent_again(
        self, sending: Sending, mailer: RecordingMailer, draft: UUID, deadline: Deadline
    ) -> None:
        send(sending, draft, deadline)
        assert send(sending, draft, deadline).reason == "already_sent"
        assert len(mailer.taken) == 1

    def test_one_of_another_workspace_is_not_there(
        self, inbox: Inbox, sending: Sending, draft: UUID, deadline: Deadline
    ) -> None:
        for workspace, sought in ((inbox.workspace(), draft), (None, uuid4())):
            with pytest.raises(NotFound):
                send_draft(sending, sought, workspace_id=workspace, deadline=deadline)
