"""From an evaluated case to a pinned one: the conversation as it stood, without whom it was with."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lib.drafts.conversation import Conversation, LeadStatus
from lib.memory.redaction import redacted
from lib.replay.artifact import Case
from lib.replay.case import CaseStatus
from lib.replay.manifest import (
    Expected,
    Manifest,
    PinnedCase,
    PinnedLead,
    PinnedMessage,
    PinnedNote,
    PinnedWorkspace,
)

STAND_IN_NAME: Final = "Sam Sample"
STAND_IN_EMAIL: Final = "sam@lead.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """How a case is pinned."""

    case_id: str
    """Its name in the manifest."""
    note: str
    """Why it is kept."""
    bodies: bool
    """Whether addresses, numbers and the lead's name stay as they are."""
    least_score: int | None = None


def pinned(conversation: Conversation, evaluated: Case | None, promotion: Promotion) -> PinnedCase:
    """`conversation` as a pinned case; what became of it as `evaluated` is what is expected of it."""
    lead, team = conversation.lead, conversation.workspace
    clean = _as_it_is if promotion.bodies else _without_names(conversation)
    return PinnedCase(
        case_id=promotion.case_id,
        note=promotion.note,
        channel=conversation.channel,
        workspace=PinnedWorkspace(
            booking_link=team.booking_link,
            timezone=team.timezone,
            service_description=team.service_description,
        ),
        lead=PinnedLead(
            email=lead.email if promotion.bodies else STAND_IN_EMAIL,
            name=lead.name if promotion.bodies or lead.name is None else STAND_IN_NAME,
            timezone=lead.timezone,
            status=LeadStatus(lead.status),
            tag=lead.tag,
            scheduler_link=None if lead.scheduler_link is None else clean(lead.scheduler_link),
        ),
        offered_slots=conversation.offered_slots,
        memory=tuple(
            PinnedNote(
                scope=note.scope, category=note.category, content=clean(note.content), source=note.source
            )
            for note in conversation.memory
        ),
        messages=[
            PinnedMessage(
                direction=message.direction,
                subject=None if message.subject is None else clean(message.subject),
                body=clean(message.body),
                sent_at=message.sent_at,
                automation=message.automation,
            )
            for message in conversation.messages
        ],
        expect=_expected(evaluated, promotion.least_score),
    )


def with_case(manifest: Manifest, case: PinnedCase) -> Manifest:
    """`manifest` with `case`, in the place of one with the same id."""
    others = [held for held in manifest.cases if held.case_id != case.case_id]
    return manifest.model_copy(update={"cases": [*others, case]})


def _expected(evaluated: Case | None, least_score: int | None) -> Expected:
    if evaluated is not None and evaluated.status is CaseStatus.SKIPPED:
        return Expected(drafted=False, skip_reason=evaluated.skip_reason)
    drafted = True if evaluated is not None and evaluated.judge is not None else None
    return Expected(drafted=drafted, least_score=least_score)


def _as_it_is(text: str) -> str:
    return text


def _without_names(conversation: Conversation) -> Callable[[str], str]:
    """Takes addresses, numbers to call and the words of the lead's name out of a text."""
    lead = conversation.lead
    said = f"{lead.name or ''} {lead.email.split('@', 1)[0]}"
    words = sorted(set(re.findall(r"[^\W\d_]{3,}", said)), key=len, reverse=True)
    if not words:
        return redacted
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    return lambda text: names.sub(STAND_IN_NAME.split()[0], redacted(text))
