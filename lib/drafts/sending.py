"""Sends a released draft, once: pending, sending, approved (domain §4).

The mail's Message-ID is made from the draft's id before the call, the draft is marked as sending and
committed, and only then does the mailer begin. Directly before the step after which the mail may be taken a
second mark is committed. Whoever finds the draft sending afterwards settles it by what can be known: without
the second mark nothing was sent, and it is sent again; with it the mail is never sent again and is left for
the operator (failures D6, D7, L12).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

import structlog

from lib.clock import Deadline
from lib.drafts.conversation import Channel
from lib.drafts.disposition import Disposition, SentBy, disposition
from lib.drafts.mailer import Mailer
from lib.drafts.outgoing_mail import Letter, OutgoingMail, message_id_of, outgoing_mail, reply_subject
from lib.drafts.quotation import Quotation
from lib.drafts.send_store import (
    INTERRUPTED,
    SendableDraft,
    approve,
    claim_draft,
    commit_to_it,
    give_back,
    leave_unconfirmed,
    read_draft,
    record_message,
)
from lib.drafts.unsubscribing import is_due
from lib.errors import NotFound, SendDeferred, SendOutcomeUnknown, SendRefused
from lib.inbox.offered_slots import remember_offer
from lib.inbox.workspace_settings import ListUnsubscribe
from lib.log.events import LogEvent
from lib.store.store import Connection, Store

LEAST_TIME_MS: Final = 1_000
"""A send that has less than this left is not begun."""
WRITE_RESERVE_MS: Final = 2_000
"""What is kept of the job's time to write down what happened."""
OTHERS_MARGIN: Final = timedelta(seconds=15)
"""How long after its own limit another execution's send may still be writing."""

_log = structlog.get_logger()


class SendOutcome(StrEnum):
    """What a send came to."""

    SENT = "sent"
    """Handed over now."""
    SETTLED = "settled"
    """It had been handed over before; now it is written down."""
    UNCONFIRMED = "unconfirmed"
    """It may have been sent; listed for the operator, never sent again."""
    SKIPPED = "skipped"
    """Nothing to do; the reason says why."""
    WAITING = "waiting"
    """Another execution is sending it; ask again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What a send came to, and why."""

    outcome: SendOutcome
    reason: str | None = None
    """For a skipped one: the draft's state, or why its release held it back."""
    state: str | None = None
    """For one that was skipped for the draft's state: that state."""
    ask_again_at: datetime | None = None
    """For a waiting one, by the database's clock."""


class Release(Protocol):
    """Whether a pending draft may go, asked where its answer holds until the draft is marked as sending."""

    def __call__(self, connection: Connection, draft: SendableDraft, /) -> SendResult | None:
        """None: it may go. Otherwise what the send comes to; what is written by then is kept.

        The draft is locked, and the transaction is the one that marks it.
        """
        ...


def by_a_person(_connection: Connection, _draft: SendableDraft, /) -> SendResult | None:
    """A person released it: nothing else is asked."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What sending works with."""

    store: Store
    mailer: Mailer
    mail_from: str
    longest_send_ms: int
    """The most that one execution may take; what is older than that is nobody's any more."""
    release: Release = by_a_person


def send_draft(
    sending: Sending,
    draft_id: UUID,
    *,
    workspace_id: UUID | None,
    deadline: Deadline,
    sent_by: SentBy = SentBy.SETTER,
    may_be_ours: bool = False,
) -> SendResult:
    """Send the draft, or settle an earlier attempt.

    `may_be_ours`: this very job was started before, so that a draft found sending is its own left-over.
    Raises NotFound; SendRefused and SendDeferred when nothing was sent (the draft is pending again, with the
    reason); StoreError, after which the next execution settles it.
    """
    message_id = message_id_of(draft_id, sending.mail_from)
    claimed_at: datetime | None = None
    with sending.store.transaction() as connection:
        draft = read_draft(connection, draft_id, workspace_id=workspace_id, message_id=message_id)
        if draft is None:
            raise NotFound("There is no draft with this id in the workspace.")
        if draft.status == "pending" and draft.sent_body is None:
            if deadline.remaining_ms() < LEAST_TIME_MS + WRITE_RESERVE_MS:
                raise SendDeferred("There was no time left to send it; it is tried again.")
            held_back = sending.release(connection, draft)
            if held_back is not None:
                return held_back
            claimed_at = claim_draft(connection, draft.id)
    if claimed_at is not None:
        return _hand_over(sending, draft, claimed_at, message_id, sent_by, deadline)
    return _look_back(sending, draft, message_id, sent_by, may_be_ours=may_be_ours)


def _hand_over(
    sending: Sending,
    draft: SendableDraft,
    claimed_at: datetime,
    message_id: str,
    sent_by: SentBy,
    deadline: Deadline,
) -> SendResult:
    try:
        sending.mailer.send(
            _written(sending, draft, sent_by),
            deadline=deadline.earlier_by_ms(WRITE_RESERVE_MS),
            commit=_commitment(sending, draft.id, claimed_at),
        )
    except (SendRefused, SendDeferred) as error:
        with sending.store.transaction() as connection:
            give_back(connection, draft.id, error.message, claimed_at=claimed_at)
        say = _log.warning if error.retriable else _log.error
        say(LogEvent.DRAFT_SEND_FAILED, draft_id=str(draft.id), error=error.code, retried=error.retriable)
        raise
    except SendOutcomeUnknown:
        return _unconfirmed(sending, draft)
    _write_down(sending, draft, message_id, sent_by)
    _log.info(LogEvent.DRAFT_SENT, draft_id=str(draft.id))
    return SendResult(outcome=SendOutcome.SENT)


def _commitment(sending: Sending, draft_id: UUID, claimed_at: datetime) -> Callable[[], None]:
    def commit() -> None:
        with sending.store.transaction() as connection:
            held = commit_to_it(connection, draft_id, claimed_at=claimed_at)
        if not held:
            raise SendDeferred("Another execution took this send over; it is looked at again.")

    return commit


def _look_back(
    sending: Sending, draft: SendableDraft, message_id: str, sent_by: SentBy, *, may_be_ours: bool
) -> SendResult:
    """What to do with a draft that is not to be sent now."""
    open_send = draft.status == "sending" or draft.send_unconfirmed
    if open_send and (draft.sent_body is not None or sending.mailer.has_taken(message_id)):
        _write_down(sending, draft, message_id, sent_by)
        _log.info(LogEvent.DRAFT_SENT, draft_id=str(draft.id), settled=True)
        return SendResult(outcome=SendOutcome.SETTLED)
    if draft.status != "sending":
        reason = "already_sent" if draft.sent_body is not None else draft.status
        _log.info(LogEvent.DRAFT_SEND_SKIPPED, draft_id=str(draft.id), reason=reason)
        return SendResult(outcome=SendOutcome.SKIPPED, reason=reason, state=draft.status)
    theirs_until = draft.updated_at + timedelta(milliseconds=sending.longest_send_ms) + OTHERS_MARGIN
    if not may_be_ours and draft.now < theirs_until:
        return SendResult(outcome=SendOutcome.WAITING, ask_again_at=theirs_until)
    if draft.known_unsent or sending.mailer.has_taken(message_id) is False:
        with sending.store.transaction() as connection:
            give_back(connection, draft.id, INTERRUPTED, claimed_at=draft.updated_at)
        raise SendDeferred("An earlier attempt was interrupted before anything was sent; it is tried again.")
    return _unconfirmed(sending, draft)


def _write_down(sending: Sending, draft: SendableDraft, message_id: str, sent_by: SentBy) -> None:
    """The outbound message and the draft's approval, in one transaction, from what is stored."""
    with sending.store.transaction() as connection:
        record_message(
            connection, draft, message_id=message_id, subject=reply_subject(draft.subject), sent_by=sent_by
        )
        stored = read_draft(connection, draft.id, workspace_id=draft.workspace_id, message_id=message_id)
        if stored is not None and stored.sent_body is not None:
            found = disposition(sent_body=stored.sent_body, composed=stored.content, sent_by=stored.sent_by)
            approve(connection, draft.id, found)
            if found is Disposition.EDITED:  # a person's words: the times in them are the offer now
                remember_offer(connection, workspace_id=draft.workspace_id, lead_id=draft.lead_id)


def _unconfirmed(sending: Sending, draft: SendableDraft) -> SendResult:
    with sending.store.transaction() as connection:
        leave_unconfirmed(connection, draft.id)
    _log.error(LogEvent.DRAFT_UNCONFIRMED, draft_id=str(draft.id), lead_id=str(draft.lead_id))
    return SendResult(outcome=SendOutcome.UNCONFIRMED)


def _written(sending: Sending, draft: SendableDraft, sent_by: SentBy) -> OutgoingMail:
    if draft.channel != Channel.EMAIL:
        raise SendRefused(f"There is no way to send on the channel {draft.channel}: answer there by hand.")
    automatic = sent_by is SentBy.AI
    return outgoing_mail(
        Letter(
            draft_id=draft.id,
            sender=sending.mail_from,
            recipient=draft.reply_to or draft.lead_email,
            recipient_name=None if draft.reply_to else draft.lead_name,
            subject=draft.subject,
            body=draft.body,
            date=draft.now,
            in_reply_to=draft.trigger_message_id,
            references=tuple(draft.reference_ids),
            quotation=None if automatic else _quotation(draft),
            automatic=automatic,
            unsubscribable=is_due(ListUnsubscribe(draft.list_unsubscribe), automatic=automatic),
        )
    )


def _quotation(draft: SendableDraft) -> Quotation | None:
    """The words that are answered; None when there are none.

    A person who released the answer has seen them. Without one nothing is quoted: whoever forges a sender
    could have his words carried to anybody.
    """
    if not draft.trigger_body.strip():
        return None
    return Quotation(
        author=draft.lead_name or draft.lead_email, written_at=draft.trigger_sent_at, text=draft.trigger_body
    )
