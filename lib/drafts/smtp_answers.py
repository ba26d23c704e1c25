"""What a mail server's answer means for the send: refused for good, refused for now, or no answer at all.

The first digit decides (RFC 5321, §4.2.1), but where the same RFC says otherwise; the enhanced code, where
there is one (RFC 3463), says what to do about it. The server's own words are not repeated: they may hold
addresses and secrets.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.errors import SendDeferred, SendRefused

OK: Final = 2
LATER: Final = 4
NEVER: Final = 5
NO_ROOM: Final = 552
"""At a recipient it stood for too many of them, and is to be taken for 452 (RFC 5321, §4.5.3.1.10)."""

_ENHANCED: Final = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


class Phase(StrEnum):
    """What a server answers to, in the words of a message."""

    CONNECTION = "the connection"
    GREETING = "our greeting"
    STARTTLS = "STARTTLS"
    LOGIN = "the user and password in SMTP_URL"
    SENDER = "the sender's address (MAIL_FROM)"
    RECIPIENT = "the recipient's address"
    TEXT = "the mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A server's whole reply."""

    code: int
    """The three digits; -1 for what is no reply."""
    enhanced: str | None
    """`class.subject.detail` of RFC 3463; None where the server gave none that fits its code."""

    @classmethod
    def of(cls, code: int, said: bytes) -> "Answer":
        """The answer that smtplib read; `said` is its text, of several lines where it had several."""
        found = _ENHANCED.match(said)
        enhanced = found[1].decode() if found and int(found[1][:1]) == code // 100 else None
        return cls(code=code, enhanced=enhanced)

    @property
    def is_yes(self) -> bool:
        """Whether it was taken."""
        return self.code // 100 == OK

    @property
    def is_no(self) -> bool:
        """Whether it was refused, for now or for good."""
        return self.code // 100 in (LATER, NEVER)

    def __str__(self) -> str:
        return f"{self.code} {self.enhanced}" if self.enhanced else str(self.code)


CURES: Final[dict[tuple[Phase, str], str]] = {
    (Phase.SENDER, "530"): "the server asks for a log-in or TLS: write them into SMTP_URL",
    (Phase.SENDER, "552"): "the mail is too large for it: shorten the draft",
    (Phase.SENDER, "5.3.4"): "the mail is too large for it: shorten the draft",
    (Phase.RECIPIENT, "5.2.1"): "the mailbox takes no mail: ask the lead for another address",
    (Phase.RECIPIENT, "5.2.2"): "the mailbox is full: reach the lead another way, or retry the job later",
    (Phase.RECIPIENT, "5.4"): "no server is known for its domain: correct the lead's address",
    (Phase.RECIPIENT, "5.7"): "the server's policy forbids it: ask whoever runs the server in SMTP_URL",
    (Phase.TEXT, "552"): "it is too large: shorten the draft",
    (Phase.TEXT, "5.2.2"): "the mailbox is full: reach the lead another way, or retry the job later",
    (Phase.TEXT, "5.3.4"): "it is too large: shorten the draft",
    (
        Phase.TEXT,
        "5.7",
    ): "it counts as unwanted: check SPF and DKIM of MAIL_FROM's domain and the draft's links",
}
"""By phase and enhanced code, its subject, or the plain code; the first that is found is said."""
COMMON_CURES: Final = {
    Phase.CONNECTION: "another SMTP_URL is needed, or this machine has to be let in",
    Phase.GREETING: "another SMTP_URL is needed",
    Phase.STARTTLS: "use smtps:// in SMTP_URL, or another server",
    Phase.LOGIN: "correct them",
    Phase.SENDER: "MAIL_FROM has to be an address that this server lets you write from",
    Phase.RECIPIENT: "correct the lead's address",
    Phase.TEXT: "ask whoever runs the server in SMTP_URL",
}


def problem(answer: Answer, phase: Phase) -> SendRefused | SendDeferred:
    """The error for an answer to `phase` that says no; nothing was sent."""
    if answer.code // 100 == LATER or (answer.code == NO_ROOM and phase is Phase.RECIPIENT):
        return SendDeferred(f"The mail server cannot take {phase} now ({answer}); it is tried again.")
    return SendRefused(
        f"The mail server refused {phase} ({answer}); nothing was sent: {_cure(answer, phase)}."
    )


def _cure(answer: Answer, phase: Phase) -> str:
    enhanced = answer.enhanced or ""
    for key in (enhanced, enhanced.rpartition(".")[0], str(answer.code)):
        if (phase, key) in CURES:
            return CURES[phase, key]
    return COMMON_CURES[phase]
