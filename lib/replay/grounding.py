"""Facts that a draft states and nobody gave it: amounts, shares, addresses, times and dates."""

import re
from typing import Final

from lib.drafts.conversation import Conversation, Direction
from lib.drafts.invariants.dates import dates_in, named_dates
from lib.drafts.invariants.times import named_times, times_asked_for
from lib.drafts.invariants.urls import same_address, urls_in
from lib.drafts.invariants.wording import plain

KNOWN_LIMIT: Final = 60_000
"""Characters of the conversation that are searched, the latest; a longer one costs seconds."""

_NUMBER: Final = r"\d+(?:[.,'\u2019 ]\d{3})*(?:[.,]\d{1,2})?"
_AMOUNT: Final = re.compile(
    rf"(?:[$€£]\s?(?P<after>{_NUMBER})|(?P<before>{_NUMBER})\s?(?:[$€£]|(?:usd|eur|gbp|chf|euros?|dollars?|pounds?)\b))",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(
    r"\b(?P<share>\d+(?:[.,]\d+)?)\s?(?:%|percent\b|prozent\b|pour\s?cent\b|por\s?ciento\b)", re.IGNORECASE
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def ungrounded(conversation: Conversation, draft: str) -> tuple[str, ...]:
    """What `draft` states that neither the conversation nor the team's own settings say, as `kind value`.

    A sum or a share has to be the team's own: what a lead was told by somebody else is no price.
    """
    known, ours = _known(conversation), _said_by_us(conversation)
    links = [link for link in (conversation.workspace.booking_link, conversation.lead.scheduler_link) if link]
    urls = urls_in(draft)
    allowed = (*links, *urls_in(known)) if urls else ()
    named_t, named_d = named_times(draft), named_dates(draft)
    times = times_asked_for(known) if named_t else frozenset()
    dates = dates_in(known) if named_d else frozenset()
    found = [
        *(f"amount {amount}" for amount in sorted(amounts_in(draft) - amounts_in(ours))),
        *(f"share {share} %" for share in sorted(_shares(draft) - _shares(ours))),
        *(f"address {url}" for url in urls if not any(same_address(url, one) for one in allowed)),
        *(f"e-mail {one}" for one in sorted(_emails(draft) - _emails(known))),
        *(f"time {_first(one)}" for one in named_t if one.isdisjoint(times)),
        *(f"date {_first(one)}" for one in named_d if one.isdisjoint(dates)),
    ]
    return tuple(dict.fromkeys(found))


def amounts_in(text: str) -> frozenset[str]:
    """The sums of money in `text`, as plain numbers."""
    return frozenset(_number(match["after"] or match["before"]) for match in _AMOUNT.finditer(plain(text)))


def _known(conversation: Conversation) -> str:
    """Everything that a composer was told, in one text."""
    said = "\n".join(f"{message.subject or ''}\n{message.body}" for message in conversation.messages)
    return "\n".join(
        (
            said[-KNOWN_LIMIT:],
            *conversation.offered_slots,
            conversation.workspace.service_description or "",
            conversation.lead.email,
            *(note.content for note in conversation.memory),
        )
    )


def _said_by_us(conversation: Conversation) -> str:
    """What the team itself said of its prices."""
    return "\n".join(
        (
            *(one.body for one in conversation.messages if one.direction is Direction.OUTBOUND),
            conversation.workspace.service_description or "",
            *(note.content for note in conversation.memory),
        )
    )


def _shares(text: str) -> frozenset[str]:
    return frozenset(match["share"].replace(",", ".") for match in _SHARE.finditer(plain(text)))


def _emails(text: str) -> frozenset[str]:
    return frozenset(match.lower() for match in _EMAIL.findall(plain(text)))


def _number(said: str) -> str:
    """`1,200.00`, `1.200` and `1200` are one sum."""
    whole, cents = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", said).groups()  # type: ignore[union-attr]
    digits = re.sub(r"\D", "", whole)
    return digits if not cents or not cents.strip("0") else f"{digits}.{cents:0<2}"


def _first(mention: frozenset[str]) -> str:
    return min(mention)
