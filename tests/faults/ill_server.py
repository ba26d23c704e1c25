"""A real mail server, with STARTTLS and a log-in, that does one thing wrong when it is told to."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lib.drafts.outgoing_mail import draft_of

CERTIFICATE: Final = Path(__file__).with_name("anywhere.pem")
"""For the address 0.0.0.0, signed by itself, with its key. To 127.0.0.1 mail would go without TLS."""
USER: Final = "setter"
PASSWORD: Final = "not-a-secret"


class Ill(StrEnum):
    """What the server does wrong, in the words of the table."""

    HANGS_UP_EARLY = "hangs up after EHLO"
    LOG_IN_LATER = "answers 454 to AUTH"
    LOG_IN_NEVER = "answers 535 to AUTH"
    FULL = "answers 452 to MAIL"
    CLOSING = "answers 421 to RCPT, and closes"
    LATER = "answers 451 to RCPT"
    NOBODY = "answers 550 to RCPT"
    HANGS_UP_IN_TEXT = "hangs up before the text is there"
    FORGETS = "hangs up at the single dot, without the mail"
    TAKES_AND_HANGS_UP = "takes the mail and hangs up"
    TAKES_AND_MUMBLES = "takes the mail and breaks off its answer"
    TAKES_AND_IS_LATE = "takes the mail and answers after our deadline"
    LATER_AT_LAST = "answers 451 to the text"
    CLOSING_AT_LAST = "answers 421 to the text, and closes"
    NEVER_AT_LAST = "answers 550 to the text"


ANSWERS: Final = {
    Ill.FULL: "452 4.3.1 no room",
    Ill.CLOSING: "421 4.3.2 closing",
    Ill.LATER: "451 4.7.1 later",
    Ill.NOBODY: "550 5.1.1 nobody",
    Ill.LATER_AT_LAST: "451 4.7.1 later",
    Ill.CLOSING_AT_LAST: "421 4.3.2 closing",
    Ill.NEVER_AT_LAST: "550 5.7.1 no",
    Ill.LOG_IN_LATER: "454 4.7.0 later",
    Ill.LOG_IN_NEVER: "535 5.7.8 no",
}

AT_LAST: Final = tuple(Ill)[tuple(Ill).index(Ill.FORGETS) :]
"""What happens when the single dot has come."""


@dataclass
class IllServer:
    """Takes mail and keeps it; `ill` happens once."""

    ill: Ill | None = None
    taken: list[str] = field(default_factory=list)
    """The draft of each mail that was taken, as often as it was."""
    port: int = 0

    @property
    def is_well(self) -> bool:
        """Whether it did what it was told to do wrong."""
        return self.ill is None

    def meets(self, *ills: Ill) -> Ill | None:
        """The illness, if it is one of these; from then on the server is well."""
        found = self.ill if self.ill in ills else None
        if found is not None:
            self.ill = None
        return found

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, who: Any
    ) -> AuthResult:
        del server, session, envelope, mechanism
        found = self.meets(Ill.LOG_IN_LATER, Ill.LOG_IN_NEVER)
        if found is not None:
            return AuthResult(success=False, handled=False, message=ANSWERS[found])
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=who == right)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session
        found = self.meets(Ill.FULL, Ill.HANGS_UP_EARLY)
        if found is Ill.HANGS_UP_EARLY:
            _transport(server).close()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return ANSWERS.get(found, "250 yes") if found else "250 yes"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        found = self.meets(Ill.CLOSING, Ill.LATER, Ill.NOBODY)
        if found is None:
            envelope.rcpt_tos.append(address)
            return "250 yes"
        if found is Ill.CLOSING:
            asyncio.get_running_loop().call_soon(_transport(server).close)
        return ANSWERS[found]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        found = self.meets(*AT_LAST)
        if found in ANSWERS:
            if found is Ill.CLOSING_AT_LAST:
                asyncio.get_running_loop().call_soon(_transport(server).close)
            return ANSWERS[found]
        if found is not Ill.FORGETS:
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(str(draft_of(message_from_bytes(content)["Message-ID"])))
        if found is Ill.TAKES_AND_IS_LATE:
            await asyncio.Event().wait()  # until the other side hangs up, which ends this
        if found is Ill.TAKES_AND_MUMBLES:
            _transport(server).write(b"25")
        if found is not None and found is not Ill.TAKES_AND_IS_LATE:
            _transport(server).close()
        return "250 taken"


def _transport(server: SMTP) -> asyncio.Transport:
    """What the conversation goes through, to be ended."""
    assert isinstance(server.transport, asyncio.Transport)
    return server.transport


class _Session(SMTP):
    """One conversation, in which the text may be the end."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.meets(Ill.HANGS_UP_IN_TEXT):
            await self.push("354 go on")
            _transport(self).abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Session(self.handler, **self.SMTP_kwargs)


@contextmanager
def ill_server() -> Iterator[IllServer]:
    """The server, well until it is told otherwise."""
    told = IllServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        told.port = int(probe.getsockname()[1])
    controller = _Controller(
        told,
        hostname="127.0.0.1",
        port=told.port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        auth_exclude_mechanism=["LOGIN"],  # smtplib would go on to the next
        authenticator=told.log_in,
    )
    controller.start()
    try:
        yield told
    finally:
        controller.stop()
