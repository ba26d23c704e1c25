"""The default composer: deterministic and offline, by rules on what the inbound wants (domain §3)."""

import re
from typing import Final

from lib.clock import Deadline
from lib.drafts.composer import Composition, Extract, Intent, Move, Strategy
from lib.drafts.conversation import Conversation, Direction
from lib.drafts.extraction import extract_from
from lib.drafts.invariants.urls import scheduling_urls
from lib.drafts.language import Language, language_of
from lib.drafts.letter import letter
from lib.drafts.template_memory import proposals_of
from lib.drafts.template_texts import TEXTS

MODEL: Final = "template"
PRICE_LIMIT: Final = 300
"""Characters of the team's own sentence on prices that are quoted."""

_PRICE: Final = re.compile(r"[$€£]\s?\d|\d\s?(?:[$€£]|(?:usd|eur|gbp|chf|euros?|dollars?)\b)", re.IGNORECASE)


class TemplateComposer:
    """Composes from sentences that are written down (lib/drafts/template_texts.py)."""

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        """The reply to the conversation's trigger; no call leaves the process."""
        del deadline
        extract = understood(conversation)
        strategy = strategy_for(conversation, extract)
        return Composition(
            extract=extract,
            strategy=strategy,
            text=_written(conversation, extract, strategy),
            model=MODEL,
            proposals=proposals_of(conversation, extract, strategy),
        )


def understood(conversation: Conversation) -> Extract:
    """What the trigger wants, by rules; when it says nothing of its own, what was left open before it."""
    extract = extract_from(conversation.trigger.body, conversation.offered_slots)
    if extract.intent is Intent.OTHER and not extract.needs_pricing_answer:
        return extract_from(conversation.asked, conversation.offered_slots)
    return extract


def strategy_for(conversation: Conversation, extract: Extract) -> Strategy:
    """How the reply goes about what the inbound wants."""
    return Strategy(
        move=_move(conversation, extract),
        language=_language(conversation),
        includes_pricing=extract.needs_pricing_answer and extract.intent is not Intent.DECLINE,
    )


def _move(conversation: Conversation, extract: Extract) -> Move:
    match extract.intent:
        case Intent.ACCEPT_OFFER:
            return Move.CONFIRM_SLOT if extract.accepted_slot_index is not None else Move.ASK_WHICH_SLOT
        case Intent.PROPOSE_TIME:
            return Move.CHECK_PROPOSAL
        case Intent.RESCHEDULE:
            return _without_slots(conversation, Move.FIND_NEW_TIME)
        case Intent.REQUEST_TIMES:
            slots_are_new = conversation.offered_slots and not _offered_before(conversation)
            return Move.OFFER_SLOTS if slots_are_new else _without_slots(conversation, Move.ASK_FOR_TIMES)
        case Intent.DECLINE:
            return Move.ACCEPT_DECLINE
        case Intent.OTHER:
            return Move.ANSWER_PRICING if extract.needs_pricing_answer else Move.ACKNOWLEDGE


def _without_slots(conversation: Conversation, otherwise: Move) -> Move:
    if scheduling_urls(conversation.asked):
        return Move.USE_THEIR_SCHEDULER
    return Move.POINT_TO_BOOKING if conversation.workspace.booking_link else otherwise


def _offered_before(conversation: Conversation) -> bool:
    """Whether the lead has seen the slots: the team wrote in this thread before the trigger."""
    return any(
        message.direction is Direction.OUTBOUND and message.sent_at <= conversation.trigger.sent_at
        for message in conversation.messages
    )


def _language(conversation: Conversation) -> Language:
    """The trigger's language; a short one is read with the lead's earlier messages behind it."""
    lead_said = [
        message.body
        for message in conversation.messages
        if message.direction is Direction.INBOUND and message.id != conversation.trigger.id
    ]
    own = conversation.trigger.body
    return language_of("\n".join((own, own, *lead_said)))


def _written(conversation: Conversation, extract: Extract, strategy: Strategy) -> str:
    texts = TEXTS[strategy.language]
    slots = conversation.offered_slots
    index = extract.accepted_slot_index
    body = texts.moves[strategy.move].format(
        slot=slots[index] if index is not None else "",
        slots="\n".join(f"- {slot}" for slot in slots),
        link=conversation.workspace.booking_link or "",
    )
    paragraphs = [body]
    if strategy.includes_pricing:
        sentence = _price_sentence(conversation.workspace.service_description)
        paragraphs.append(texts.pricing.format(sentence=sentence) if sentence else texts.pricing_open)
    return letter(strategy.language, conversation.lead.name, *paragraphs)


def _price_sentence(description: str | None) -> str | None:
    """The first sentence in which the team itself says a price."""
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", description or ""):
        if _PRICE.search(sentence) and len(sentence) <= PRICE_LIMIT:
            return sentence.strip()
    return None
