"""What a model's text has to keep to beside the invariants: it may be the words of whoever wrote the mail.

The invariants let a draft name what the inbound names. A model that follows the mail can settle on that, or
send a reader there. Pure; nothing here asks a model.
"""

import re
from collections.abc import Iterator
from typing import Final

from lib.drafts.conversation import Conversation, Direction
from lib.drafts.invariants.dates import dates_in, named_dates
from lib.drafts.invariants.reply import Reply
from lib.drafts.invariants.times import named_times, times_in
from lib.drafts.invariants.urls import same_address, urls_in, without_urls
from lib.drafts.invariants.wording import plain
from lib.drafts.weekdays import weekdays_in

_OTHER_SCHEME: Final = re.compile(
    r"\b(?:javascript|mailto|tel|sms):|\b(?!https?:)[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE
)
_BARE: Final = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.)+"
    r"(?:[a-z]{2,24}(?=/\w)|(?:com|net|org|io|co|ai|app|dev|info|biz|link|page|site|online|shop|store|click"
    r"|xyz|example|invalid|de|fr|ch|uk|eu|ru|cn)\b(?![\w@-]))",
    re.IGNORECASE,
)
"""A host without a scheme, of which mail readers make a link."""
_SETTLES: Final = re.compile(
    r"\b(?:booked|confirmed|confirming|(?:we|i)(?:'ll|\s+will)?\s+confirm(?!\s+(?:whether|if))"
    r"|(?:re-?)?scheduled"
    r"|which\s+works|works\s+(?:well\s+|perfectly\s+)?for\s+(?:us|me)|works(?=\s*[.!,])"
    r"|is\s+(?:fine|good|perfect)|see\s+you|(?:is|are|all)\s+set"
    r"|set\s+for|locked\s+in|(?:talk|speak|meet)\s+(?:to\s+|with\s+)?(?:you\s+)?(?:then|on|at)|it\s+is\s+agreed"
    r"|invit(?:e|ation)\b|looking\s+forward\s+to\s+(?:our|the|speaking|talking|meeting)|as\s+(?:agreed|offered)"
    r"|bestätig\w*|gebucht|vereinbart|steht\s+fest|passt\s+(?:uns|mir)|bis\s+dann|wir\s+sehen\s+uns|eingetragen"
    r"|confirm[ée]\w*|confirmons|réserv[ée]\w*|(?:nous|me)\s+convient|à\s+(?:bientôt\s+le|tout\s+de\s+suite)"
    r"|confirmad\w+|confirmamos|reservad\w+|agendad\w+|nos\s+vemos|nos\s+viene\s+bien)",
    re.IGNORECASE,
)
_LEFT_OPEN: Final = re.compile(
    r"\b(?:whether|ob|(?:see|check|checking|know)\s+(?:if|si))\b[^.,;:!?\n]{0,60}", re.IGNORECASE
)
"""What the team will look at is not settled."""
_ADDRESS_MARK: Final = re.compile(r"^https?://", re.IGNORECASE)


def overreach(reply: Reply, conversation: Conversation) -> tuple[str, ...]:
    """What in the draft no model may say, each as `code: message`; such a draft is replaced."""
    return (*_foreign_links(reply, conversation), *_unoffered_commitment(reply))


def team_said(conversation: Conversation) -> str:
    """What the team itself wrote: its description, and its messages up to the trigger."""
    own = [
        message.body
        for message in conversation.messages
        if message.direction is Direction.OUTBOUND and message.sent_at <= conversation.trigger.sent_at
    ]
    return "\n".join((conversation.workspace.service_description or "", *own))


def names_unoffered(reply: Reply) -> bool:
    """Whether the draft names a time, a date or a weekday that no offered slot has."""
    slots = reply.slots
    times = frozenset[str]().union(*(times_in(slot) for slot in slots))
    dates = frozenset[str]().union(*(dates_in(slot) for slot in slots))
    days = {day for slot in slots for day in weekdays_in(slot)}
    return (
        any(times.isdisjoint(mention) for mention in named_times(reply.draft))
        or any(dates.isdisjoint(mention) for mention in named_dates(reply.draft))
        or not days.issuperset(weekdays_in(reply.draft))
    )


def _foreign_links(reply: Reply, conversation: Conversation) -> Iterator[str]:
    allowed = (*reply.known_links, *urls_in(team_said(conversation)))
    for url in urls_in(reply.draft):
        if not any(same_address(url, known) for known in allowed):
            yield "foreign_link: the draft leads to an address that the team does not use."
            return
    rest = without_urls(reply.draft)
    hosts = {_host(known) for known in allowed}
    bare = [match[0].lower().removeprefix("www.") for match in _BARE.finditer(rest)]
    if _OTHER_SCHEME.search(rest) or not hosts.issuperset(bare):
        yield "foreign_link: the draft leads to an address that the team does not use."


def _host(url: str) -> str:
    return _ADDRESS_MARK.sub("", plain(url)).split("/")[0].split("?")[0].lower().removeprefix("www.")


def _unoffered_commitment(reply: Reply) -> Iterator[str]:
    if _SETTLES.search(_LEFT_OPEN.sub(" ", plain(reply.draft))) and names_unoffered(reply):
        yield "unoffered_commitment: the draft settles on a time that the team did not offer."
