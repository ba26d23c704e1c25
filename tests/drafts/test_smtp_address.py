"""Tests of lib/drafts/smtp_address.py."""

import pytest

from lib.drafts.smtp_address import SmtpServer, Transport, smtp_server
from lib.errors import SendRefused


@pytest.mark.parametrize(
    ("url", "host", "port", "transport"),
    [
        ("smtp://mail.example", "mail.example", 587, Transport.STARTTLS),
        ("smtp://mail.example:2525/", "mail.example", 2525, Transport.STARTTLS),
        ("smtps://mail.example", "mail.example", 465, Transport.TLS),
        ("smtps://localhost", "localhost", 465, Transport.TLS),
        ("smtp://localhost", "localhost", 25, Transport.PLAIN),
        ("smtp://127.0.0.2:1025", "127.0.0.2", 1025, Transport.PLAIN),
        ("smtp://[::1]:1025", "::1", 1025, Transport.PLAIN),
        ("smtp://10.0.0.1", "10.0.0.1", 587, Transport.STARTTLS),
        ("smtp://localhost.example", "localhost.example", 587, Transport.STARTTLS),
    ],
)
def test_plain_text_stays_on_this_machine(url: str, host: str, port: int, transport: Transport) -> None:
    assert smtp_server(url) == SmtpServer(host=host, port=port, transport=transport, user=None, password=None)


def test_credentials_are_decoded_and_never_shown() -> None:
    server = smtp_server("smtp://me%40acme.example:p%2Fw%20d@mail.example")
    assert (server.user, server.password) == ("me@acme.example", "p/w d")
    assert "p/w d" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp:///",
        "smtp://mail.example:99999",
        "smtp://[broken",
        "smtp://mail.example/path",
        "smtp://mail.example?x=secret-7",
        "smtp://secret-7@mail.example",
    ],
)
def test_what_cannot_be_used_is_refused_without_its_text(url: str) -> None:
    with pytest.raises(SendRefused, match="SMTP_URL") as caught:
        smtp_server(url)
    assert "secret-7" not in caught.value.message
