"""A conversation as a composer sees it: read once from the store, then passed around unchanged."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lib.inbox.workspace_settings import MemoryPolicy
from lib.memory.note import MemoryNote


class Channel(StrEnum):
    """The way a message travels; the stored words."""

    EMAIL = "email"
    SMS = "sms"
    LINKEDIN = "linkedin"


class Direction(StrEnum):
    """Who wrote a message; the stored words."""

    INBOUND = "inbound"
    """The lead."""
    OUTBOUND = "outbound"
    """The team."""


class LeadStatus(StrEnum):
    """What the team decided about a lead; the stored words."""

    ACTIVE = "active"
    UNQUALIFIED = "unqualified"
    BLACKLISTED = "blacklisted"
    """Never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceView:
    """What a composer may know of the team; from the workspace's settings."""

    id: UUID
    booking_link: str | None
    """None when the team has none."""
    timezone: str
    """IANA."""
    service_description: str | None
    """What the team sells, in its own words; None when it has not said."""
    memory_policy: MemoryPolicy = field(default_factory=MemoryPolicy)
    """What may be remembered without being asked; by default nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """Who is answered."""

    id: UUID
    email: str
    name: str | None
    timezone: str | None
    """IANA; None until it is known."""
    status: LeadStatus
    tag: str | None
    """A `LeadTag`, or a word of the team's own; None before the first."""
    scheduler_link: str | None
    """The lead's own scheduler; None when none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationMessage:
    """One message of the thread."""

    id: UUID
    direction: Direction
    subject: str | None
    body: str
    """What its sender wrote, without quotations; cut at 20,000 characters."""
    sent_at: datetime
    automation: str | None
    """What machine wrote it, a word of `Automation`; None for a person."""
    evidence: str | None = None
    """The header that told it; None for a person, and where the message is not the trigger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One thread with one lead, and the message that asks for an answer."""

    workspace: WorkspaceView
    lead: LeadView
    channel: Channel
    messages: tuple[ConversationMessage, ...]
    """Oldest first, the latest fifty; nothing later than what was stored when it was read."""
    trigger: ConversationMessage
    offered_slots: tuple[str, ...]
    """Phrases offered to the lead, for instance `Tuesday, March 3 at 2:00 PM`."""
    newer_inbound: bool
    """Whether a person's later message is in the thread."""
    answered: bool
    """Whether the team wrote in the thread after the trigger."""
    memory: tuple[MemoryNote, ...] = ()
    """What is remembered of the lead and the team, newest first, within the budget of a prompt."""

    @property
    def asked(self) -> str:
        """What is to be answered: the trigger, after what people wrote since the team's last word."""
        open_bodies: list[str] = []
        for message in self.messages:
            if message.direction is Direction.OUTBOUND:
                open_bodies.clear()
            elif message.id == self.trigger.id:
                break
            elif message.automation is None:
                open_bodies.append(message.body)
        return "\n\n".join((*open_bodies, self.trigger.body))
