"""Mail through SMTP_URL, each outcome told apart by how far the conversation came.

A server may take a mail only when it has seen the line with the single dot (RFC 5321, §4.1.1.4). So the text
goes first; then the send is committed to, and the dot goes by itself. Until then nothing can have been sent.
After it only the server's own answer counts; without one the outcome is unknown (§4.2.5 and §4.5.3.2.6).
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.generator import BytesGenerator
from email.policy import SMTP, SMTPUTF8
from io import BytesIO
from typing import Final

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail
from lib.drafts.smtp_address import SmtpServer, Transport
from lib.drafts.smtp_answers import Answer, Phase, problem
from lib.drafts.smtp_connection import BoundedSmtp, smtp_connection
from lib.errors import SendDeferred, SendOutcomeUnknown, SendRefused

START_MAIL_INPUT: Final = 354
END_OF_MAIL: Final = b".\r\n"
FAREWELL_SECONDS: Final = 0.5
"""How long the answer to QUIT is waited for: what became of the mail is not written down before."""

_BROKEN: Final = (OSError, smtplib.SMTPException)


class SmtpMailer:
    """Hands each mail to one server over a connection of its own."""

    def __init__(self, server: SmtpServer, *, timeout_ms: int) -> None:
        self._server = server
        self._timeout_ms = timeout_ms

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        """Hand `mail` over before `deadline` and SMTP_TIMEOUT_MS, the whole conversation counted."""
        limit = deadline.at_most_ms(self._timeout_ms)
        try:
            with smtp_connection(self._server, limit) as smtp:
                try:
                    _greet(smtp)
                    self._secure(smtp)
                    self._log_in(smtp)
                    _say_text(smtp, mail)
                    commit()
                    _end_text(smtp, limit)
                finally:
                    _say_farewell(smtp)
        except _BROKEN as error:
            raise SendDeferred(
                f"The conversation with the mail server broke off before the mail was handed over "
                f"({type(error).__name__}); it is tried again."
            ) from error

    def has_taken(self, message_id: str) -> bool | None:
        """Not known: SMTP has no way to ask."""
        del message_id
        return None

    def _secure(self, smtp: BoundedSmtp) -> None:
        if self._server.transport is not Transport.STARTTLS:
            return
        if not smtp.has_extn("starttls"):
            raise SendRefused(
                "The mail server does not offer STARTTLS, and mail does not go to another machine in plain "
                "text: use smtps:// in SMTP_URL, or another server."
            )
        _expect_yes(smtp.docmd("STARTTLS"), Phase.STARTTLS)
        opened = smtp.sock
        if opened is None:
            raise smtplib.SMTPServerDisconnected("closed before TLS")
        smtp.sock = ssl.create_default_context().wrap_socket(opened, server_hostname=self._server.host)
        smtp.file = None
        smtp.helo_resp = smtp.ehlo_resp = None
        smtp.esmtp_features = {}
        smtp.does_esmtp = False
        _expect_yes(smtp.ehlo(), Phase.GREETING)

    def _log_in(self, smtp: BoundedSmtp) -> None:
        if self._server.user is None or self._server.password is None:
            return
        try:
            smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPAuthenticationError as error:
            said = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
            raise _no(error.smtp_code, said, Phase.LOGIN) from None
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
            raise SendRefused(
                "The mail server takes no log-in with this user and password: correct SMTP_URL, or leave "
                "them out of it."
            ) from error


def _greet(smtp: BoundedSmtp) -> None:
    _expect_yes(smtp.connect("opened", 0), Phase.CONNECTION)
    if not Answer.of(*smtp.ehlo()).is_yes:
        _expect_yes(smtp.helo(), Phase.GREETING)


def _say_text(smtp: BoundedSmtp, mail: OutgoingMail) -> None:
    """The envelope, and the text without the line that would end it."""
    utf8 = not (mail.recipient.isascii() and mail.sender.isascii())
    if utf8 and not smtp.has_extn("smtputf8"):
        raise SendRefused(
            "The mail server takes no address with other than ASCII letters (SMTPUTF8): correct the lead's "
            "address, or use another server."
        )
    text = _text(mail, utf8=utf8)
    options = [f"SIZE={len(text)}"] if smtp.has_extn("size") else []
    if utf8:
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        smtp.command_encoding = "utf-8"
    _expect_yes(smtp.mail(mail.sender, options), Phase.SENDER)
    _expect_yes(smtp.rcpt(mail.recipient), Phase.RECIPIENT)
    code, said = smtp.docmd("DATA")
    if code != START_MAIL_INPUT:
        raise _no(code, said, Phase.TEXT)
    smtp.send(text)


def _end_text(smtp: BoundedSmtp, limit: Deadline) -> None:
    """The single dot, and the server's word on the mail."""
    if limit.passed:
        raise SendDeferred("Time ran out before the mail was handed over; it is tried again.")
    if smtp.has_something_to_say():  # there is nothing to answer yet: it refuses the text, or has hung up
        raise _no(*smtp.getreply(), Phase.TEXT)
    try:
        smtp.send(END_OF_MAIL)
        answer = Answer.of(*smtp.getreply())
    except _BROKEN as error:
        raise SendOutcomeUnknown from error
    if answer.is_yes:
        return
    raise problem(answer, Phase.TEXT) if answer.is_no else SendOutcomeUnknown


def _say_farewell(smtp: BoundedSmtp) -> None:
    """QUIT, whatever came before; nothing depends on it."""
    with suppress(*_BROKEN):
        smtp.putcmd("QUIT")
        if smtp.sock is not None:
            smtp.sock.settimeout(FAREWELL_SECONDS)
        smtp.getreply()


def _text(mail: OutgoingMail, *, utf8: bool) -> bytes:
    """The mail as DATA carries it: CRLF, leading dots doubled, up to the single dot."""
    flat = BytesIO()
    BytesGenerator(flat, policy=SMTPUTF8 if utf8 else SMTP).flatten(mail.message)
    lines = flat.getvalue().split(b"\r\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)


def _expect_yes(reply: tuple[int, bytes], phase: Phase) -> None:
    if not Answer.of(*reply).is_yes:
        raise _no(*reply, phase)


def _no(code: int, said: bytes, phase: Phase) -> Exception:
    """The error for an answer that is no yes; one that is no answer counts as a broken conversation."""
    answer = Answer.of(code, said)
    if not answer.is_no:
        return smtplib.SMTPServerDisconnected(f"unexpected reply {code}")
    return problem(answer, phase)
