"""Tests of lib/drafts/mailer.py: the contract that every mailer keeps."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from lib.clock import Deadline
from lib.drafts.maildir_mailer import MaildirMailer
from lib.drafts.mailer import Mailer
from lib.drafts.outgoing_mail import outgoing_mail
from lib.drafts.refusing_mailer import RefusingMailer
from lib.drafts.smtp_address import smtp_server
from lib.drafts.smtp_mailer import SmtpMailer
from lib.errors import SendError, SendRefused, StoreUnavailable
from tests.drafts.mail_servers import real_server
from tests.drafts.outbox import willing
from tests.drafts.test_outgoing_mail import LETTER

Place = Callable[[Path], AbstractContextManager[tuple[Mailer, Callable[[], int]]]]


@contextmanager
def smtp(_: Path) -> Iterator[tuple[Mailer, Callable[[], int]]]:
    with real_server() as (port, received):
        mailer = SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}"), timeout_ms=5_000)
        yield mailer, lambda: len(received.envelopes)


@contextmanager
def maildir(folder: Path) -> Iterator[tuple[Mailer, Callable[[], int]]]:
    yield MaildirMailer(folder), lambda: len([*folder.glob("new/*"), *folder.glob("cur/*")])


@contextmanager
def refusing(_: Path) -> Iterator[tuple[Mailer, Callable[[], int]]]:
    yield RefusingMailer("no"), lambda: 0


@pytest.mark.parametrize("place", [smtp, maildir, refusing])
class TestContract:
    def test_a_send_that_returns_was_taken_and_one_that_raises_was_not(
        self, place: Place, tmp_path: Path, deadline: Deadline
    ) -> None:
        with place(tmp_path) as (mailer, count):
            try:
                mailer.send(outgoing_mail(LETTER), deadline=deadline, commit=willing)
            except SendError:
                assert count() == 0
            else:
                assert count() == 1

    def test_what_is_said_to_be_taken_is_true_or_not_said(
        self, place: Place, tmp_path: Path, deadline: Deadline
    ) -> None:
        mail = outgoing_mail(LETTER)
        with place(tmp_path) as (mailer, count):
            assert mailer.has_taken(mail.message_id) in (None, False)
            try:
                mailer.send(mail, deadline=deadline, commit=willing)
            except SendError:
                pass
            else:
                assert mailer.has_taken(mail.message_id) in (None, True)
            assert count() <= 1

    def test_nothing_is_taken_before_the_send_is_committed_to(
        self, place: Place, tmp_path: Path, deadline: Deadline
    ) -> None:
        """What stands against it there ends the send, as it was said."""

        def unwilling() -> None:
            raise StoreUnavailable

        with place(tmp_path) as (mailer, count):
            with pytest.raises((StoreUnavailable, SendRefused)):
                mailer.send(outgoing_mail(LETTER), deadline=deadline, commit=unwilling)
            assert count() == 0
