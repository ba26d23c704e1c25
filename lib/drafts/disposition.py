"""How a sent draft came to be what it was (domain §1; failure D6)."""

from enum import StrEnum


class Disposition(StrEnum):
    """The stored words of `drafts.response_disposition`."""

    AUTO_SENT = "AUTO_SENT"
    """As composed, without a person."""
    APPROVED = "APPROVED"
    """As composed, released by a person."""
    EDITED = "EDITED"
    """Not as composed."""


class SentBy(StrEnum):
    """Who let a message go; the stored words of `messages.sent_by`."""

    AI = "ai"
    """The assistant itself (auto-send)."""
    SETTER = "setter"
    """A person."""


def disposition(*, sent_body: str, composed: str, sent_by: str | None) -> Disposition:
    """The disposition of a draft that was sent.

    `sent_body` is the body stored with the outbound message, never what a caller has in hand (failure D6);
    `composed` is `drafts.content`, `sent_by` is `messages.sent_by`. Line ends and white space at the ends of
    lines, which mail does not keep, make no difference.
    """
    if _kept_by_mail(sent_body) != _kept_by_mail(composed):
        return Disposition.EDITED
    return Disposition.AUTO_SENT if sent_by == SentBy.AI else Disposition.APPROVED


def _kept_by_mail(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
