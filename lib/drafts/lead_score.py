"""A lead's score, 0 to 100, from its conversation: deterministic, by rules that docs/drafts.md lists.

Who reads it wants to know whom to answer first. Each signal counts once, with its weight, and the sum stays
within the scale; what was said last counts, not what was said once. No clock is asked: the same conversation
has the same score whenever it is scored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from lib.drafts.classification import STOPPED, LeadTag, is_automated, is_opt_out, tag_for
from lib.drafts.composer import Intent
from lib.drafts.conversation import Direction, LeadStatus
from lib.drafts.extraction import extract_from
from lib.drafts.invariants.wording import is_blank

PROMPT: Final = timedelta(days=1)
MEETING_BOOKED: Final = "Meeting Booked"
"""A tag of the team's own."""


class Signal(StrEnum):
    """What counts; stored with its weight."""

    WROTE = "wrote"
    """A person wrote."""
    WROTE_AGAIN = "wrote_again"
    """More than once."""
    PROMPT_REPLY = "prompt_reply"
    """Their latest message came within a day of the team's."""
    WANTS_TO_MEET = "wants_to_meet"
    ACCEPTS_TIME = "accepts_time"
    """It takes one of the offered times."""
    ASKS_PRICE = "asks_price"
    ASKS_INFORMATION = "asks_information"
    INTERESTED = "interested"
    DECLINES = "declines"
    MEETING_BOOKED = "meeting_booked"
    """The team tagged the lead so."""
    STOPPED = "stopped"
    """Opted out, blacklisted or unqualified: nothing else counts."""


WEIGHTS: Final[dict[Signal, int]] = {
    Signal.WROTE: 20,
    Signal.WROTE_AGAIN: 10,
    Signal.PROMPT_REPLY: 10,
    Signal.WANTS_TO_MEET: 40,
    Signal.ACCEPTS_TIME: 15,
    Signal.ASKS_PRICE: 10,
    Signal.ASKS_INFORMATION: 15,
    Signal.INTERESTED: 20,
    Signal.DECLINES: -20,
    Signal.MEETING_BOOKED: 20,
    Signal.STOPPED: 0,
}
_OF_WISHES: Final[dict[str, Signal]] = {
    LeadTag.MEETING_REQUESTED: Signal.WANTS_TO_MEET,
    LeadTag.CALL_REQUESTED: Signal.WANTS_TO_MEET,
    LeadTag.INFORMATION_REQUESTED: Signal.ASKS_INFORMATION,
    LeadTag.INTERESTED: Signal.INTERESTED,
    LeadTag.NOT_INTERESTED: Signal.DECLINES,
}


class NoScore(StrEnum):
    """Why a lead has none; stored as the basis's reason."""

    NO_PERSON_WROTE = "no_person_wrote"
    """There is nothing from it, or from machines only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the conversation."""

    direction: Direction
    subject: str | None
    body: str
    sent_at: datetime
    automation: str | None
    """What machine wrote it; None for a person."""

    @property
    def by_a_person(self) -> bool:
        """Whether the lead itself wrote it, with words."""
        return (
            self.direction is Direction.INBOUND
            and not is_blank(self.body)
            and not is_automated(self.subject, self.body, self.automation)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """What a score rests on."""

    status: LeadStatus
    tag: str | None
    offered_slots: tuple[str, ...]
    messages: tuple[Said, ...]
    """Oldest first, whatever the thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadScore:
    """A score and how it came about."""

    score: int | None
    """None when there is nothing to score."""
    signals: tuple[Signal, ...] = ()
    reason: NoScore | None = None
    """Why there is none; None when there is one."""

    @property
    def basis(self) -> dict[str, Any]:
        """What is stored beside it."""
        return {"signals": {signal: WEIGHTS[signal] for signal in self.signals}, "reason": self.reason}


def score_lead(facts: ScoreFacts) -> LeadScore:
    """The score of the lead; none while no person of it wrote."""
    if facts.status is not LeadStatus.ACTIVE or facts.tag in STOPPED:
        return LeadScore(score=0, signals=(Signal.STOPPED,))
    said = facts.messages
    newest_first = (place for place in reversed(range(len(said))) if said[place].by_a_person)
    latest = next(newest_first, None)
    if latest is None:
        return LeadScore(score=None, reason=NoScore.NO_PERSON_WROTE)
    before = said[: latest + 1]
    word = _last_word(before)
    if is_opt_out(word):
        return LeadScore(score=0, signals=(Signal.STOPPED,))
    found = [Signal.WROTE, *([Signal.WROTE_AGAIN] if next(newest_first, None) is not None else ())]
    if _is_prompt(before):
        found.append(Signal.PROMPT_REPLY)
    found += _wishes(word, facts.offered_slots)
    if facts.tag == MEETING_BOOKED:
        found.append(Signal.MEETING_BOOKED)
    return LeadScore(score=max(0, min(100, sum(WEIGHTS[one] for one in found))), signals=tuple(found))


def _wishes(word: str, offered_slots: tuple[str, ...]) -> list[Signal]:
    extract = extract_from(word, offered_slots)
    wish = _OF_WISHES.get(tag_for(word, extract, None))
    return [
        *([wish] if wish else ()),
        *([Signal.ACCEPTS_TIME] if extract.intent is Intent.ACCEPT_OFFER else ()),
        *([Signal.ASKS_PRICE] if extract.needs_pricing_answer else ()),
    ]


def _last_word(messages: tuple[Said, ...]) -> str:
    """All that the lead wrote since the team's last message before its own latest, which ends `messages`."""
    bodies: list[str] = []
    for said in reversed(messages):
        if said.direction is Direction.OUTBOUND:
            break
        if said.by_a_person:
            bodies.append(said.body)
    return "\n\n".join(reversed(bodies))


def _is_prompt(messages: tuple[Said, ...]) -> bool:
    asked = [said.sent_at for said in messages if said.direction is Direction.OUTBOUND]
    return bool(asked) and timedelta(0) <= messages[-1].sent_at - asked[-1] <= PROMPT
