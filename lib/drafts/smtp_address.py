"""What SMTP_URL says: which server, and how to speak to it."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from lib.errors import SendRefused

CURE: Final = (
    "SMTP_URL cannot be used: write smtp://user:password@host:587 or smtps://user:password@host:465, special "
    "characters percent-encoded."
)


class Transport(StrEnum):
    """How the connection is protected."""

    TLS = "tls"
    """From the first byte (`smtps://`)."""
    STARTTLS = "starttls"
    """Before anything is said; a server that does not offer it is refused."""
    PLAIN = "plain"
    """Not at all: only to this machine."""


PORTS: Final = {Transport.TLS: 465, Transport.STARTTLS: 587, Transport.PLAIN: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A mail server."""

    host: str
    port: int
    transport: Transport
    user: str | None
    password: str | None = field(repr=False)


def smtp_server(url: str) -> SmtpServer:
    """The server that `url` names. Raises SendRefused, without the URL, for one that cannot be used.

    `smtps://` is TLS from the start. `smtp://` requires STARTTLS, but for a loopback host (`localhost`,
    `127.0.0.0/8`, `::1`), which is spoken to in plain text: nothing leaves the machine.
    """
    try:
        parts = urlsplit(url)
        host, port, scheme = parts.hostname, parts.port, parts.scheme
    except ValueError:
        raise SendRefused(CURE) from None
    if scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/") or parts.query:
        raise SendRefused(CURE)
    if (parts.username is None) != (parts.password is None):
        raise SendRefused("SMTP_URL has a user without a password or the reverse: give both or neither.")
    transport = Transport.TLS if scheme == "smtps" else _unencrypted_or_starttls(host)
    return SmtpServer(
        host=host,
        port=port or PORTS[transport],
        transport=transport,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _unencrypted_or_starttls(host: str) -> Transport:
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    return Transport.PLAIN if loopback else Transport.STARTTLS
