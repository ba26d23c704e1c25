"""Tests of lib/drafts/maildir_mailer.py."""

import mailbox
import threading
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from lib.clock import Deadline
from lib.drafts.maildir_mailer import MaildirMailer
from lib.drafts.outgoing_mail import outgoing_mail
from lib.errors import SendDeferred
from tests.drafts.outbox import willing
from tests.drafts.test_outgoing_mail import LETTER


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "outbox"


def test_any_mail_reader_can_open_it(outbox: Path, deadline: Deadline) -> None:
    MaildirMailer(outbox).send(outgoing_mail(LETTER), deadline=deadline, commit=willing)
    (message,) = mailbox.Maildir(outbox, create=False)
    assert message["Subject"] == "Re: Your offer"
    assert not list((outbox / "tmp").iterdir())


def test_the_same_mail_is_put_there_once(outbox: Path, deadline: Deadline) -> None:
    """Failure D7: the Message-ID is the key."""
    mailer, mail = MaildirMailer(outbox), outgoing_mail(LETTER)
    other = outgoing_mail(replace(LETTER, draft_id=uuid4()))
    assert mailer.has_taken(mail.message_id) is False
    mailer.send(mail, deadline=deadline, commit=willing)
    mailer.send(mail, deadline=deadline, commit=willing)
    assert (mailer.has_taken(mail.message_id), mailer.has_taken(other.message_id)) == (True, False)
    mailer.send(other, deadline=deadline, commit=willing)
    assert len(mailbox.Maildir(outbox, create=False)) == 2


def test_a_mail_that_was_read_is_still_known(outbox: Path, deadline: Deadline) -> None:
    mailer, mail = MaildirMailer(outbox), outgoing_mail(LETTER)
    mailer.send(mail, deadline=deadline, commit=willing)
    (found,) = (outbox / "new").iterdir()
    found.rename(outbox / "cur" / f"{found.name}:2,S")
    assert mailer.has_taken(mail.message_id) is True
    mailer.send(mail, deadline=deadline, commit=willing)
    assert not list((outbox / "new").iterdir())


def test_at_once_it_is_put_there_once(outbox: Path, deadline: Deadline) -> None:
    mail = outgoing_mail(LETTER)
    together = threading.Barrier(4)

    def send() -> None:
        mailer = MaildirMailer(outbox)
        together.wait(10)
        mailer.send(mail, deadline=deadline, commit=willing)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailbox.Maildir(outbox, create=False)) == 1


def test_a_disk_that_refuses_is_tried_again(outbox: Path, deadline: Deadline) -> None:
    outbox.parent.parent.joinpath("a folder").write_text("in the way")
    with pytest.raises(SendDeferred, match="cannot be written to"):
        MaildirMailer(outbox).send(outgoing_mail(LETTER), deadline=deadline, commit=willing)
