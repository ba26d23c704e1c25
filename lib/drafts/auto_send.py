"""Whether a draft may go out without a person: pure, from facts to a decision with its reason (domain §4).

Asked twice. When the draft is stored, it decides whether and when a job shall send it; when that job runs,
with everything read anew, whether it still may. Nothing in a mail or in a model's answer changes the policy,
the tags, the invariants or the hours that are looked at here.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from lib.clock import iso
from lib.drafts.conversation import Channel, LeadStatus
from lib.drafts.sending_hours import SendingHours
from lib.inbox.workspace_settings import AutoSendPolicy

SHORTEST_DELAY: Final = timedelta(seconds=180)
LONGEST_DELAY: Final = timedelta(seconds=420)
LEAST_CONFIDENCE: Final = 0.9
"""Domain §4. A workspace may ask for more, never for less: below are drafts that a person has to see."""
SENDS_A_DAY: Final = 5
"""To one lead, without a person: what ends two assistants that answer each other."""
BLOCKING_TAGS: Final = frozenset(
    {"blacklist", "blacklisted", "automated reply", "opt out", "opted out", "undeliverable"}
)


class AutoSendVerdict(StrEnum):
    """What is done; stored as `decision`."""

    OFF = "off"
    """Nothing goes out by itself here."""
    BLOCKED = "blocked"
    """This draft waits for a person."""
    SCHEDULED = "scheduled"
    """A job will send it."""
    SKIPPED = "skipped"
    """The job sends nothing: the draft waits for a person, or needs nobody."""
    POSTPONED = "postponed"
    """The job runs again when the workspace is open."""
    RELEASED = "released"
    """The job hands it over now."""


class AutoSendReason(StrEnum):
    """Why; stored as `reason`. docs/drafts.md has the table (a test holds the two together)."""

    KILL_SWITCH = "kill_switch"
    POLICY_OFF = "workspace_policy_off"
    DRAFT_KEPT = "draft_kept"
    NOT_PENDING = "not_pending"
    EDITED = "edited"
    RELEASED_BY_PERSON = "released_by_person"
    NEWER_INBOUND = "newer_inbound"
    OUTBOUND_SINCE = "outbound_since"
    OTHER_SEND_OPEN = "other_send_open"
    CHANNEL_NOT_SENDABLE = "channel_not_sendable"
    LEAD_NOT_ACTIVE = "lead_not_active"
    BLOCKING_TAG = "blocking_tag"
    OPT_OUT = "opt_out"
    AUTOMATED = "automated"
    REPLY_TO = "reply_to"
    EMPTY_DRAFT = "empty_draft"
    INVARIANT = "invariant"
    GATE_FAILED = "gate_failed"
    LOW_CONFIDENCE = "low_confidence"
    SENDS_USED = "sends_used"
    TOO_OLD = "too_old"
    NEVER_OPEN = "never_open"
    OUTSIDE_HOURS = "outside_hours"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoSendFacts:
    """What speaks for and against, however old the draft is."""

    kill_switch: bool
    """AUTO_SEND_DISABLED of the instance that asks."""
    policy: AutoSendPolicy
    channel: Channel
    lead_status: LeadStatus
    tags: tuple[str | None, ...]
    """The lead's, before and after the message."""
    opted_out: bool
    """Whether what is answered asks for no more messages."""
    automated: bool
    """Whether a machine wrote what is answered."""
    elsewhere: bool
    """Whether the answer goes to another address than the lead's: whoever wrote may have named anybody's."""
    broken: tuple[str, ...]
    """Codes of the invariants that the very text breaks."""
    gate_failed: bool
    confidence: float
    """The gate's, 0 to 1."""
    message_at: datetime
    """When the message was sent or came in, whichever is earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What happened to the draft and its lead since it was stored."""

    edited: bool
    """Whether a person changed the text."""
    released: bool
    """Whether a person's own send of it is on its way."""
    newer_inbound: bool
    outbound: bool
    other_send_open: bool
    """Whether another draft for the lead is being sent, or may have been."""
    sent_today: int
    """Mails to the lead in the last 24 hours that went without a person, or may have gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoSendDecision:
    """The verdict, why, and the facts it rests on."""

    verdict: AutoSendVerdict
    reason: AutoSendReason
    now: datetime
    """By the database's clock."""
    run_at: datetime | None = None
    """When a job shall send it, or ask again; None when none shall."""
    facts: AutoSendFacts | None = None
    """None when nothing but the draft's state was looked at."""
    state: str | None = None
    """The draft's, where that was the reason."""

    def as_json(self) -> dict[str, Any]:
        """What is stored: no text of anybody, only what was found in it."""
        facts = self.facts
        return {
            "decision": self.verdict,
            "reason": self.reason,
            "at": iso(self.now),
            "runAt": iso(self.run_at) if self.run_at else None,
            "draft": self.state,
            "facts": None
            if facts is None
            else {
                "confidence": facts.confidence,
                "minConfidence": least_confidence(facts.policy),
                "invariants": list(facts.broken),
                "tags": list(facts.tags),
                "leadStatus": facts.lead_status,
                "channel": facts.channel,
                "messageAt": iso(facts.message_at),
            },
        }


def delay_for(message_id: UUID) -> timedelta:
    """How long the answer to the message waits: the same whenever it is asked."""
    span = int((LONGEST_DELAY - SHORTEST_DELAY).total_seconds()) + 1
    drawn = int.from_bytes(hashlib.sha256(message_id.bytes).digest()[:8], "big") % span
    return SHORTEST_DELAY + timedelta(seconds=drawn)


def decide_schedule(
    facts: AutoSendFacts, *, message_id: UUID, hours: SendingHours, now: datetime, kept: bool = False
) -> AutoSendDecision:
    """Whether, and when, a job shall send the draft that is being stored.

    `kept`: the message had a live draft already, which stays and was judged when it was stored.
    """
    reason = AutoSendReason.DRAFT_KEPT if kept else policy_reason(facts) or standing_reason(facts)
    run_at = None
    if reason is None:
        run_at = hours.first_open(now + delay_for(message_id))
        reason = _time_reason(facts, run_at)
    if reason is None:
        verdict = AutoSendVerdict.SCHEDULED
    else:
        off = reason is policy_reason(facts)
        verdict, run_at = AutoSendVerdict.OFF if off else AutoSendVerdict.BLOCKED, None
    return AutoSendDecision(
        verdict=verdict, reason=reason or AutoSendReason.CLEAR, now=now, run_at=run_at, facts=facts
    )


def decide_release(
    facts: AutoSendFacts, since: Since, *, hours: SendingHours, now: datetime
) -> AutoSendDecision:
    """Whether the pending draft may be handed over this moment, with everything read anew."""
    reason = policy_reason(facts) or overtaking_reason(since) or standing_reason(facts)
    run_at = None
    if reason is None:
        run_at = hours.first_open(now)
        reason = _time_reason(facts, run_at)
    if reason is not None:
        verdict, run_at = AutoSendVerdict.SKIPPED, None
    elif run_at == now:
        verdict, reason, run_at = AutoSendVerdict.RELEASED, AutoSendReason.CLEAR, None
    else:
        verdict, reason = AutoSendVerdict.POSTPONED, AutoSendReason.OUTSIDE_HOURS
    return AutoSendDecision(verdict=verdict, reason=reason, now=now, run_at=run_at, facts=facts)


def policy_reason(facts: AutoSendFacts) -> AutoSendReason | None:
    """Why nothing goes out by itself here; None where drafts may."""
    if facts.kill_switch:
        return AutoSendReason.KILL_SWITCH
    return None if facts.policy.enabled else AutoSendReason.POLICY_OFF


def standing_reason(facts: AutoSendFacts) -> AutoSendReason | None:
    """Why this draft may not go out by itself at any time; None when nothing speaks against it."""
    for speaks_against, reason in (
        (facts.channel is not Channel.EMAIL, AutoSendReason.CHANNEL_NOT_SENDABLE),
        (facts.lead_status is not LeadStatus.ACTIVE, AutoSendReason.LEAD_NOT_ACTIVE),
        (any(_plain_tag(tag) in BLOCKING_TAGS for tag in facts.tags), AutoSendReason.BLOCKING_TAG),
        (facts.opted_out, AutoSendReason.OPT_OUT),
        (facts.automated, AutoSendReason.AUTOMATED),
        (facts.elsewhere, AutoSendReason.REPLY_TO),
        ("empty_draft" in facts.broken, AutoSendReason.EMPTY_DRAFT),
        (bool(facts.broken), AutoSendReason.INVARIANT),
        (facts.gate_failed, AutoSendReason.GATE_FAILED),
        # Not `<`: a confidence that is no number is none.
        (not facts.confidence >= least_confidence(facts.policy), AutoSendReason.LOW_CONFIDENCE),
    ):
        if speaks_against:
            return reason
    return None


def least_confidence(policy: AutoSendPolicy) -> float:
    """What a draft's confidence has to reach."""
    return max(policy.min_confidence, LEAST_CONFIDENCE)


def overtaking_reason(since: Since) -> AutoSendReason | None:
    """Why the draft may not go out by itself any more; None when nothing came in between."""
    for happened, reason in (
        (since.edited, AutoSendReason.EDITED),
        (since.released, AutoSendReason.RELEASED_BY_PERSON),
        (since.newer_inbound, AutoSendReason.NEWER_INBOUND),
        (since.outbound, AutoSendReason.OUTBOUND_SINCE),
        (since.other_send_open, AutoSendReason.OTHER_SEND_OPEN),
        (since.sent_today >= SENDS_A_DAY, AutoSendReason.SENDS_USED),
    ):
        if happened:
            return reason
    return None


def not_pending(state: str, now: datetime) -> AutoSendDecision:
    """The decision on a draft that is in another state than pending."""
    return AutoSendDecision(
        verdict=AutoSendVerdict.SKIPPED, reason=AutoSendReason.NOT_PENDING, now=now, state=state
    )


def _time_reason(facts: AutoSendFacts, run_at: datetime | None) -> AutoSendReason | None:
    if run_at is None:
        return AutoSendReason.NEVER_OPEN
    latest = facts.message_at + timedelta(hours=facts.policy.max_age_hours)
    return AutoSendReason.TOO_OLD if run_at > latest else None


def _plain_tag(tag: str | None) -> str:
    return " ".join((tag or "").casefold().replace("-", " ").replace("_", " ").split())
