"""Tests of lib/drafts/refusing_mailer.py."""

import pytest

from lib.clock import Deadline
from lib.drafts.outgoing_mail import outgoing_mail
from lib.drafts.refusing_mailer import RefusingMailer
from lib.errors import SendRefused
from tests.drafts.outbox import willing
from tests.drafts.test_outgoing_mail import LETTER


def test_it_says_what_to_do(deadline: Deadline) -> None:
    mailer = RefusingMailer("set SMTP_URL")
    with pytest.raises(SendRefused, match="set SMTP_URL"):
        mailer.send(outgoing_mail(LETTER), deadline=deadline, commit=willing)


def test_it_does_not_know_what_another_sent() -> None:
    assert RefusingMailer("no").has_taken("<x@y.example>") is None
