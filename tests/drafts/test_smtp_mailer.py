"""Tests of lib/drafts/smtp_mailer.py, against servers on this machine."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.outgoing_mail import OutgoingMail, outgoing_mail
from lib.drafts.smtp_address import smtp_server
from lib.drafts.smtp_mailer import SmtpMailer
from lib.errors import SendDeferred, SendError, SendOutcomeUnknown, SendRefused
from tests.conftest import FakeClock
from tests.drafts.mail_servers import Talk, real_server, scripted_server
from tests.drafts.outbox import willing
from tests.drafts.test_outgoing_mail import LETTER

LIMIT_MS = 400


@pytest.fixture
def mail() -> OutgoingMail:
    return outgoing_mail(LETTER)


def send(port: int, mail: OutgoingMail, *, timeout_ms: int = 5_000, user: str = "") -> None:
    mailer = SmtpMailer(smtp_server(f"smtp://{user}127.0.0.1:{port}"), timeout_ms=timeout_ms)
    mailer.send(mail, deadline=Deadline.after_ms(SystemClock(), 10_000), commit=willing)


def _await(event: threading.Event) -> None:
    assert event.wait(5)


class TestAWillingServer:
    def test_takes_the_mail_as_it_was_written(self, mail: OutgoingMail) -> None:
        with real_server() as (port, received):
            send(port, mail)
        (envelope,) = received.envelopes
        assert (envelope.mail_from, envelope.rcpt_tos) == ("team@acme.example", ["ada@lead.example"])
        content = envelope.content
        assert isinstance(content, bytes)
        parsed = message_from_bytes(content, policy=default)
        assert parsed["Message-ID"] == mail.message_id
        assert isinstance(parsed, EmailMessage)
        plain = parsed.get_body(("plain",))
        assert plain is not None
        assert plain.get_payload(decode=True) == b"Hello Ada,\r\n\r\nsee you.\r\n.\r\nBest\r\n"

    def test_cannot_be_asked_about_it_later(self, mail: OutgoingMail) -> None:
        mailer = SmtpMailer(smtp_server("smtp://127.0.0.1:1"), timeout_ms=1_000)
        assert mailer.has_taken(mail.message_id) is None


def answers(**replies: str) -> Callable[[Talk], None]:
    """A server that says yes but where `replies` have other words for a command."""

    def script(talk: Talk) -> None:
        talk.say(replies.get("connect", "220 here"))
        for command in ("ehlo", "mail", "rcpt", "data"):
            talk.hear()
            talk.say(replies.get(command, "354 go on" if command == "data" else "250 yes"))
        talk.hear_mail()
        talk.say(replies.get("text", "250 taken"))

    return script


def drops(after: str) -> Callable[[Talk], None]:
    """A server that closes the connection after a step."""

    def script(talk: Talk) -> None:
        if after == "connect":
            return
        if after == "greeting":
            talk.greet()
            return
        talk.until_data()
        if after == "text":
            talk.hear_mail()

    return script


def hangs(after: str) -> Callable[[Talk], None]:
    """A server that falls silent after a step."""

    def script(talk: Talk) -> None:
        drops(after)(talk)
        talk.ended.wait(20)

    return script


def drips(talk: Talk) -> None:
    """A server that says one letter after the other, never a whole line."""
    while not talk.ended.wait(0.02):
        talk.connection.sendall(b"2")


def drips_after_text(talk: Talk) -> None:
    talk.until_data()
    talk.hear_mail()
    drips(talk)


class TestOutcomes:
    """Domain §4: certain and refused, certain and deferred, or not known."""

    @pytest.mark.parametrize(
        ("script", "error"),
        [
            (answers(connect="554 no"), SendRefused),
            (answers(connect="421 busy"), SendDeferred),
            (answers(mail="550 no"), SendRefused),
            (answers(rcpt="550 nobody"), SendRefused),
            (answers(rcpt="451 later"), SendDeferred),
            (answers(data="554 no"), SendRefused),
            (answers(data="451 later"), SendDeferred),
            (answers(rcpt="552 too many"), SendDeferred),
            (answers(rcpt="250-yes\r\n250 indeed"), None),
            (answers(rcpt="251 elsewhere"), None),
            (answers(mail="452-4.3.1 full\r\n452 4.3.1 really"), SendDeferred),
            (answers(rcpt="421 closing"), SendDeferred),
            (answers(data="250 what"), SendDeferred),
            (answers(data="354 go on\r\n250 taken"), SendDeferred),
            (answers(text="552 too large"), SendRefused),
            (answers(text="421 closing"), SendDeferred),
            (answers(text="250-taken\r\n250 indeed"), None),
            (answers(text="451 later"), SendDeferred),
            (answers(text="nonsense"), SendOutcomeUnknown),
            (answers(text="354 what"), SendOutcomeUnknown),
            (answers(ehlo="nonsense"), SendDeferred),
            (drops("connect"), SendDeferred),
            (drops("greeting"), SendDeferred),
            (drops("text"), SendOutcomeUnknown),
            (answers(text="250-taken"), SendOutcomeUnknown),
        ],
        ids=[
            "554 at once", "421 at once", "550 to the sender", "550 to the recipient", "451 to the recipient",
            "554 to DATA", "451 to DATA", "552 to the recipient", "two lines to the recipient",
            "251 to the recipient", "452 to the sender", "421 to the recipient", "250 to DATA",
            "an answer before the text",
            "552 to the text", "421 to the text", "two lines to the text", "451 to the text",
            "nonsense to the text", "354 to the text", "nonsense to EHLO", "drops at once",
            "drops after the greeting", "drops after the text", "half an answer to the text",
        ],
    )  # fmt: skip
    def test_are_told_apart(
        self, script: Callable[[Talk], None], error: type[SendError] | None, mail: OutgoingMail
    ) -> None:
        with (
            scripted_server(script) as (port, _),
            pytest.raises(error) if error is not None else nullcontext(),
        ):
            send(port, mail)

    def test_a_text_that_breaks_off_was_not_sent(self, mail: OutgoingMail) -> None:
        """RFC 5321, 4.1.1.4: without the single dot no server takes it."""
        message = EmailMessage()
        message.set_payload(f"{'x' * 900}\r\n" * 12_000)  # more than any buffer on the way holds
        large = replace(mail, message=message)

        def breaks_off(talk: Talk) -> None:
            talk.until_data()
            talk.hear()

        with scripted_server(breaks_off) as (port, _), pytest.raises(SendDeferred):
            send(port, large)

    def test_the_dot_goes_when_the_send_was_committed_to(self, mail: OutgoingMail) -> None:
        heard: list[bytes] = []
        with scripted_server(answers()) as (port, talks):
            mailer = SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}"), timeout_ms=5_000)
            deadline = Deadline.after_ms(SystemClock(), 5_000)
            mailer.send(mail, deadline=deadline, commit=lambda: heard.extend(talks[0].lines))
        assert b".\r\n" not in heard
        assert b".\r\n" in talks[0].lines

    @pytest.mark.parametrize(
        ("word", "error"),
        [
            ("552 5.3.4 too much", SendRefused),
            ("452 no room", SendDeferred),
            ("250 taken", SendDeferred),
            (None, SendDeferred),
        ],
        ids=["refuses it", "refuses it for now", "answers too early", "hangs up"],
    )
    def test_who_does_not_wait_for_the_dot_does_not_get_it(
        self, word: str | None, error: type[SendError], mail: OutgoingMail
    ) -> None:
        """What comes before it is no answer to the mail, and without it no mail was taken."""
        spoken = threading.Event()

        def hasty(talk: Talk) -> None:
            talk.until_data()
            while talk.hear() != b"Best\r\n":
                pass
            if word is None:
                talk.connection.shutdown(socket.SHUT_RDWR)
            else:
                talk.say(word)
            spoken.set()
            talk.hear_mail()

        with scripted_server(hasty) as (port, talks):
            mailer = SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}"), timeout_ms=5_000)
            deadline = Deadline.after_ms(SystemClock(), 5_000)
            with pytest.raises(error):
                mailer.send(mail, deadline=deadline, commit=lambda: _await(spoken))
        assert b".\r\n" not in talks[0].lines

    def test_a_server_that_counts_is_told_the_size(self, mail: OutgoingMail) -> None:
        """RFC 1870: one that has no room says so before the text."""
        with scripted_server(answers(ehlo="250-here\r\n250 SIZE 10")) as (port, talks):
            send(port, mail)
        assert any(b" size=" in line.lower() for line in talks[0].lines)

    @pytest.mark.parametrize(("rcpt", "error"), [("550 no", SendRefused), ("451 no", SendDeferred)])
    def test_a_server_that_says_no_is_bid_farewell(
        self, rcpt: str, error: type[SendError], mail: OutgoingMail
    ) -> None:
        with scripted_server(answers(rcpt=rcpt)) as (port, talks), pytest.raises(error):
            send(port, mail)
        assert b"QUIT\r\n" in [line.upper() for line in talks[0].lines]

    def test_nobody_listening_is_tried_again(self, mail: OutgoingMail) -> None:
        with real_server() as (port, _):
            pass
        with pytest.raises(SendDeferred):
            send(port, mail)

    def test_a_broken_farewell_changes_nothing(self, mail: OutgoingMail) -> None:
        with scripted_server(answers()) as (port, talks):
            send(port, mail)
        # "from:" in Python 3.13, "FROM:" before; a server takes either (RFC 5321, 2.4).
        assert b"mail from:<team@acme.example>\r\n" in [line.lower() for line in talks[0].lines]

    def test_a_server_without_ehlo_is_greeted_the_old_way(self, mail: OutgoingMail) -> None:
        def old(talk: Talk) -> None:
            talk.say("220 here")
            talk.hear()
            talk.say("502 what")
            for reply in ("250 hello", "250 yes", "250 yes", "354 go on"):
                talk.hear()
                talk.say(reply)
            talk.hear_mail()
            talk.say("250 taken")

        with scripted_server(old) as (port, _):
            send(port, mail)

    def test_a_servers_words_are_not_repeated(self, mail: OutgoingMail) -> None:
        with (
            scripted_server(answers(rcpt="550 secret-7 unknown")) as (port, _),
            pytest.raises(SendRefused) as caught,
        ):
            send(port, mail)
        assert "550" in caught.value.message
        assert "secret-7" not in caught.value.message


class TestTheDeadline:
    """Style: every external call has a total deadline; a time-out for each read is none."""

    @pytest.mark.parametrize(
        ("script", "error"),
        [
            (hangs("connect"), SendDeferred),
            (hangs("greeting"), SendDeferred),
            (hangs("text"), SendOutcomeUnknown),
            (drips, SendDeferred),
            (drips_after_text, SendOutcomeUnknown),
        ],
        ids=[
            "silent at once",
            "silent after the greeting",
            "silent after the text",
            "drips",
            "drips after the text",
        ],
    )
    def test_ends_the_whole_conversation(
        self, script: Callable[[Talk], None], error: type[SendError], mail: OutgoingMail
    ) -> None:
        with scripted_server(script) as (port, _):
            started = time.monotonic()
            with pytest.raises(error):
                send(port, mail, timeout_ms=LIMIT_MS)
            assert time.monotonic() - started < LIMIT_MS / 1000 + 1.5

    def test_that_passes_while_the_send_is_committed_to_ends_it(self, mail: OutgoingMail) -> None:
        """A slow database: the dot does not go when nobody is left to write down the answer."""
        clock = FakeClock()
        with scripted_server(answers()) as (port, talks):
            mailer = SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}"), timeout_ms=5_000)
            with pytest.raises(SendDeferred, match="Time ran out"):
                mailer.send(mail, deadline=Deadline.after_ms(clock, 10_000), commit=lambda: clock.advance(6))
        assert b".\r\n" not in talks[0].lines

    def test_of_the_job_counts_too(self, mail: OutgoingMail) -> None:
        with scripted_server(hangs("connect")) as (port, _):
            mailer = SmtpMailer(smtp_server(f"smtp://127.0.0.1:{port}"), timeout_ms=60_000)
            with pytest.raises(SendDeferred):
                mailer.send(mail, deadline=Deadline.after_ms(SystemClock(), LIMIT_MS), commit=willing)


class TestOtherAlphabets:
    ADDRESSED = outgoing_mail(replace(LETTER, recipient="josé@lead.example"))

    def test_an_address_in_one_needs_a_server_that_reads_it(self) -> None:
        with scripted_server(answers()) as (port, _), pytest.raises(SendRefused, match="ASCII"):
            send(port, self.ADDRESSED)

    def test_and_is_handed_over_to_one_that_does(self) -> None:
        with scripted_server(answers(ehlo="250-here\r\n250 SMTPUTF8")) as (port, talks):
            send(port, self.ADDRESSED)
        assert any("josé@lead.example".encode() in line for line in talks[0].lines)
