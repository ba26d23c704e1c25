"""Mail through SMTP_URL, each outcome told apart by how far the conversation came.

Until the text's last line has been handed over nothing can have been sent. After that only the server's own
answer counts; without one the outcome is unknown (RFC 5321, §4.2.5 and §4.5.3.2.6).
"""

import smtplib
import ssl
from contextlib import suppress
from email.generator import BytesGenerator
from email.policy import SMTP, SMTPUTF8
from io import BytesIO
from typing import Final

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail
from lib.drafts.smtp_address import SmtpServer, Transport
from lib.drafts.smtp_connection import BoundedSmtp, smtp_connection
from lib.errors import SendDeferred, SendOutcomeUnknown, SendRefused

OK: Final = 2
START_MAIL_INPUT: Final = 354
LATER: Final = 4

_BROKEN: Final = (OSError, smtplib.SMTPException)


class SmtpMailer:
    """Hands each mail to one server over a connection of its own."""

    def __init__(self, server: SmtpServer, *, timeout_ms: int) -> None:
        self._server = server
        self._timeout_ms = timeout_ms

    def send(self, mail: OutgoingMail, *, deadline: Deadline) -> None:
        """Hand `mail` over before `deadline` and SMTP_TIMEOUT_MS, the whole conversation counted."""
        limit = deadline.at_most_ms(self._timeout_ms)
        try:
            with smtp_connection(self._server, limit) as smtp:
                _greet(smtp)
                self._secure(smtp)
                self._log_in(smtp)
                _envelope(smtp, mail)
                _hand_over(smtp, _content(mail, smtp))
                with suppress(*_BROKEN):  # it was taken; a farewell changes nothing
                    smtp.docmd("QUIT")
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
        _expect(smtp.docmd("STARTTLS"), "STARTTLS")
        opened = smtp.sock
        if opened is None:
            raise smtplib.SMTPServerDisconnected("closed before TLS")
        smtp.sock = ssl.create_default_context().wrap_socket(opened, server_hostname=self._server.host)
        smtp.file = None
        smtp.helo_resp = smtp.ehlo_resp = None
        smtp.esmtp_features = {}
        smtp.does_esmtp = False
        _expect(smtp.ehlo(), "EHLO")

    def _log_in(self, smtp: BoundedSmtp) -> None:
        if self._server.user is None or self._server.password is None:
            return
        try:
            smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPAuthenticationError as error:
            raise _problem(error.smtp_code, "the user and password in SMTP_URL") from None
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
            raise SendRefused(
                "The mail server takes no log-in with this user and password: correct SMTP_URL, or leave "
                "them out of it."
            ) from error


def _greet(smtp: BoundedSmtp) -> None:
    _expect(smtp.connect("opened", 0), "the connection")
    code, _ = smtp.ehlo()
    if code // 100 != OK:
        _expect(smtp.helo(), "HELO")


def _envelope(smtp: BoundedSmtp, mail: OutgoingMail) -> None:
    options = []
    if not (mail.recipient.isascii() and mail.sender.isascii()):
        if not smtp.has_extn("smtputf8"):
            raise SendRefused("The mail server takes no address with other than ASCII letters.")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        smtp.command_encoding = "utf-8"
    _expect(smtp.mail(mail.sender, options), "the sender's address (MAIL_FROM)")
    _expect(smtp.rcpt(mail.recipient), "the recipient's address")


def _hand_over(smtp: BoundedSmtp, content: bytes) -> None:
    """DATA, the text and the server's word on it."""
    code, _ = smtp.docmd("DATA")
    if code != START_MAIL_INPUT:
        raise _problem(code, "the mail")
    try:
        smtp.send(content)
        code, _ = smtp.getreply()
    except _BROKEN as error:
        raise SendOutcomeUnknown from error
    if code // 100 not in (OK, LATER, 5):
        raise SendOutcomeUnknown
    _expect((code, b""), "the mail")


def _content(mail: OutgoingMail, smtp: BoundedSmtp) -> bytes:
    """The mail as DATA carries it: CRLF, leading dots doubled, closed by the single dot."""
    policy = SMTPUTF8 if smtp.command_encoding == "utf-8" else SMTP
    flat = BytesIO()
    BytesGenerator(flat, policy=policy).flatten(mail.message)
    lines = flat.getvalue().split(b"\r\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"


def _expect(reply: tuple[int, bytes], what: str) -> None:
    code = reply[0]
    if code // 100 != OK:
        raise _problem(code, what)


def _problem(code: int, what: str) -> SendRefused | SendDeferred | smtplib.SMTPServerDisconnected:
    """The error for a reply `code` to `what`.

    The server's own words are not repeated: they may hold addresses.
    """
    if code // 100 == LATER:
        return SendDeferred(f"The mail server cannot take {what} now ({code}); it is tried again.")
    if code // 100 == OK + 3:
        return SendRefused(f"The mail server refused {what} ({code}); nothing was sent.")
    return smtplib.SMTPServerDisconnected(f"unexpected reply {code}")
