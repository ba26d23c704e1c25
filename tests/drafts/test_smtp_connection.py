"""Tests of lib/drafts/smtp_connection.py: TLS and the refusal to do without."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.outgoing_mail import outgoing_mail
from lib.drafts.smtp_address import SmtpServer, Transport
from lib.drafts.smtp_connection import REPLY_BYTES_LIMIT, WholeLines
from lib.drafts.smtp_mailer import SmtpMailer
from lib.errors import SendDeferred, SendRefused
from tests.drafts.mail_servers import Talk, scripted_server
from tests.drafts.outbox import willing
from tests.drafts.test_outgoing_mail import LETTER


def send(server: SmtpServer, *, timeout_ms: int = 5_000) -> None:
    deadline = Deadline.after_ms(SystemClock(), 10_000)
    SmtpMailer(server, timeout_ms=timeout_ms).send(outgoing_mail(LETTER), deadline=deadline, commit=willing)


def server(
    port: int, transport: Transport, *, host: str = "localhost", user: str | None = None
) -> SmtpServer:
    return SmtpServer(host=host, port=port, transport=transport, user=user, password=user)


def offers_no_tls(talk: Talk) -> None:
    talk.greet()
    talk.hear()


class TestTls:
    def test_a_server_without_starttls_is_told_nothing(self) -> None:
        """Mail and password never go to another machine in plain text."""
        with scripted_server(offers_no_tls) as (port, talks), pytest.raises(SendRefused, match="STARTTLS"):
            send(server(port, Transport.STARTTLS, user="secret-7"))
        assert [line[:4].lower() for line in talks[0].lines] == [b"ehlo", b"quit"]

    def test_a_refused_starttls_ends_it(self) -> None:
        def refuses(talk: Talk) -> None:
            talk.say("220 here")
            talk.hear()
            talk.say("250-here\r\n250 STARTTLS")
            talk.hear()
            talk.say("454 not now")

        with scripted_server(refuses) as (port, _), pytest.raises(SendDeferred):
            send(server(port, Transport.STARTTLS))

    @pytest.mark.parametrize("transport", [Transport.STARTTLS, Transport.TLS])
    def test_a_certificate_nobody_vouches_for_is_not_trusted(
        self, transport: Transport, certificate: Path
    ) -> None:
        with scripted_server(tls(certificate, transport)) as (port, talks), pytest.raises(SendDeferred):
            send(server(port, transport))
        assert not [line for line in talks[0].lines if line.startswith(b"mail")]

    @pytest.mark.parametrize("transport", [Transport.STARTTLS, Transport.TLS])
    def test_a_trusted_server_gets_the_mail(
        self, transport: Transport, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with scripted_server(tls(certificate, transport)) as (port, talks):
            send(server(port, transport))
        assert b".\r\n" in talks[0].lines

    def test_a_handshake_that_never_ends_is_cut(self) -> None:
        def silent(talk: Talk) -> None:
            talk.ended.wait(20)

        started = time.monotonic()
        with scripted_server(silent) as (port, _), pytest.raises(SendDeferred):
            send(server(port, Transport.TLS), timeout_ms=400)
        assert time.monotonic() - started < 2


class TestLogIn:
    @pytest.mark.parametrize(
        ("reply", "error"), [("535 no", SendRefused), ("454 later", SendDeferred)], ids=["wrong", "later"]
    )
    def test_that_fails_sends_nothing(self, reply: str, error: type[Exception]) -> None:
        def asks(talk: Talk) -> None:
            talk.say("220 here")
            talk.hear()
            talk.say("250-here\r\n250 AUTH PLAIN")
            talk.hear()
            talk.say(reply)

        with scripted_server(asks) as (port, _), pytest.raises(error) as caught:
            send(server(port, Transport.PLAIN, host="127.0.0.1", user="secret-7"))
        assert "secret-7" not in str(caught.value)

    @pytest.mark.parametrize("user", ["me", "ü"], ids=["not offered", "not ASCII"])
    def test_that_is_not_possible_is_refused(self, user: str) -> None:
        def takes_none(talk: Talk) -> None:
            talk.say("220 here")
            talk.hear()
            talk.say("250-here\r\n250 AUTH PLAIN" if user != "me" else "250 hello")
            talk.hear()

        with scripted_server(takes_none) as (port, _), pytest.raises(SendRefused, match="SMTP_URL"):
            send(server(port, Transport.PLAIN, host="127.0.0.1", user=user))


class TestTheName:
    def test_that_cannot_be_resolved_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror("unknown")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(SendDeferred, match="resolved"):
            send(server(25, Transport.PLAIN))

    def test_that_is_no_name_is_tried_again(self) -> None:
        with pytest.raises(SendDeferred, match="resolved"):
            send(server(25, Transport.PLAIN, host="x" * 80))

    def test_whose_resolver_hangs_does_not_hold_the_job(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The system's resolver knows no time-out of ours."""
        answered = threading.Event()

        def hangs(*_: object, **__: object) -> list[object]:
            answered.wait(20)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", hangs)
        with pytest.raises(SendDeferred, match="in time"):
            send(server(25, Transport.PLAIN), timeout_ms=200)
        answered.set()


class TestWholeLines:
    def test_a_line_cut_off_is_none(self) -> None:
        lines = WholeLines(BytesIO(b"250 yes\r\n250"))
        assert [lines.readline(100), lines.readline(100)] == [b"250 yes\r\n", b""]

    def test_a_flood_is_no_answer(self) -> None:
        line = b"250-more\r\n"
        lines = WholeLines(BytesIO(line * REPLY_BYTES_LIMIT))
        read = sum(1 for _ in iter(lambda: lines.readline(100), b""))
        assert read < REPLY_BYTES_LIMIT / len(line)


def tls(certificate: Path, transport: Transport) -> Callable[[Talk], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def script(talk: Talk) -> None:
        if transport is Transport.TLS:
            talk.connection = context.wrap_socket(talk.connection, server_side=True)
        else:
            talk.say("220 here")
            talk.hear()
            talk.say("250-here\r\n250 STARTTLS")
            talk.hear()
            talk.say("220 go on")
            talk.connection = context.wrap_socket(talk.connection, server_side=True)
            talk.hear()
            talk.say("250 hello")
        if transport is Transport.TLS:
            talk.greet()
        for reply in ("250 yes", "250 yes", "354 go on"):
            talk.hear()
            talk.say(reply)
        talk.hear_mail()
        talk.say("250 taken")
        talk.hear()

    return script


@pytest.fixture
def certificate() -> Path:
    """A certificate for localhost with its key, signed by itself, good until 2120 and for nothing else."""
    return Path(__file__).with_name("localhost.pem")
