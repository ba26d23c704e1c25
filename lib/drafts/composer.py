"""The port through which a draft is composed, and what goes over it.

There are two implementations (domain §3), `template` and `llm`. Both only read the conversation; what becomes
of a composition is the pipeline's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from lib.clock import Deadline
from lib.drafts.artifact import Stage
from lib.drafts.conversation import Conversation
from lib.drafts.language import Language
from lib.llm.question import ModelUse
from lib.memory.proposal import MemoryProposal


class Intent(StrEnum):
    """What the inbound wants (domain §3)."""

    ACCEPT_OFFER = "accept_offer"
    REQUEST_TIMES = "request_times"
    PROPOSE_TIME = "propose_time"
    RESCHEDULE = "reschedule"
    DECLINE = "decline"
    OTHER = "other"


class Move(StrEnum):
    """What the reply is to do."""

    CONFIRM_SLOT = "confirm_slot"
    ASK_WHICH_SLOT = "ask_which_slot"
    OFFER_SLOTS = "offer_slots"
    POINT_TO_BOOKING = "point_to_booking"
    USE_THEIR_SCHEDULER = "use_their_scheduler"
    ASK_FOR_TIMES = "ask_for_times"
    CHECK_PROPOSAL = "check_proposal"
    FIND_NEW_TIME = "find_new_time"
    ACCEPT_DECLINE = "accept_decline"
    ANSWER_PRICING = "answer_pricing"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What was understood of the inbound (domain §3)."""

    is_scheduling: bool
    intent: Intent
    accepted_slot_index: int | None
    """Into the conversation's offered slots, from 0; None unless exactly one was accepted."""
    preferred_day: str | None
    """A weekday or `Month d`; None when none is named."""
    preferred_time: str | None
    """`h:mmam`; None when none is named or it has two readings."""
    detected_timezone: str | None
    """IANA; None when the inbound does not say."""
    needs_clarification: bool
    """An acceptance that fits no offered slot, or more than one."""
    needs_pricing_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How the reply goes about it."""

    move: Move
    language: Language
    includes_pricing: bool
    """Whether a paragraph on the price goes with the move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A composed reply and how it came about."""

    extract: Extract
    strategy: Strategy
    text: str
    """The reply, ready to be checked; plain text."""
    model: str
    """Who composed it, for the artifacts: `template`, or the model's name."""
    proposals: tuple[MemoryProposal, ...] = ()
    """What should be remembered of it; the workspace's policy decides."""
    uses: Mapping[Stage, ModelUse] = field(default_factory=dict)
    """What each stage that asked a model cost; empty for a composer that asks none."""


class Composer(Protocol):
    """Composes a reply; deterministic or not, it changes nothing."""

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        """The reply to the conversation's trigger; external calls end by `deadline`."""
        ...
