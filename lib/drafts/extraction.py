"""What an inbound wants, read by rules: deterministic and offline (domain §3)."""

import re
from typing import Final

from lib.drafts.composer import Extract, Intent
from lib.drafts.invariants.booking_intent import wants_booking
from lib.drafts.invariants.dates import named_dates
from lib.drafts.invariants.times import named_times
from lib.drafts.invariants.urls import scheduling_urls
from lib.drafts.invariants.wording import plain
from lib.drafts.slot_acceptance import AcceptedSlot, accepted_slot
from lib.drafts.timezones import timezone_in
from lib.drafts.weekdays import weekdays_in

_DECLINE: Final = re.compile(
    r"\b(?:not\s+(?:really\s+)?interested|no,?\s+thank(?:s|\s+you)|not\s+a\s+(?:good\s+)?fit"
    r"|not\s+for\s+us|we'?ll\s+pass"
    r"|(?:have|has)\s+decided\s+(?:against|to\s+go\s+with\s+(?:another|someone))|no\s+need\s+(?:for|any"
    r"|of)|no\s+longer\s+(?:need\w*|interested|looking)"
    r"|went\s+with\s+(?:another|someone)"
    r"|kein(?:en|erlei)?\s+(?:interesse|bedarf)|nein,?\s+danke|nicht\s+interessiert"
    r"|pas\s+(?:du\s+tout\s+)?int[ée]ress[ée]\w*"
    r"|non,?\s+merci|pas\s+besoin|no,?\s+gracias|no\s+(?:me|nos)\s+interesa|no\s+estamos\s+interesad\w+"
    r"|no\s+estoy\s+interesad\w+)\b",
    re.IGNORECASE,
)
_RESCHEDULE: Final = re.compile(
    r"\b(?:re-?schedul\w*|postpone\w*|push\s+(?:it|this|our|the\s+(?:call|meeting))|move\s+(?:it|our|the"
    r"|this)\s+"
    r"(?:call|meeting|appointment|demo|slot|to)|can(?:'?t|not|\s+not)\s+make\s+(?:it|our|the|this|that)"
    r"|something\s+came\s+up"
    r"|verschieben|verlegen|dazwischengekommen|report(?:er|ons)\s+(?:notre|le|la)|d[ée]caler|d[ée]placer"
    r"|emp[êe]chement"
    r"|reprogramar|aplazar|posponer|cambiar\s+(?:la\s+(?:cita|reuni[óo]n|hora)))\b",
    re.IGNORECASE,
)
_PRICING: Final = re.compile(
    r"\b(?:pric(?:e|es|ing|ed)|costs?|how\s+much|quote|fees?|rates?|budget|per\s+(?:seat|user|month)"
    r"|expensive"
    r"|preis(?:e|en|liste)?|kosten|kostet|angebot|prix|tarifs?|co[ûu]te\w*|devis|precios?"
    r"|cu[áa]nto\s+cuesta|tarifas?"
    r"|presupuesto|coste)\b",
    re.IGNORECASE,
)


def extract_from(inbound: str, offered_slots: tuple[str, ...]) -> Extract:
    """What `inbound` wants, given the slots that were offered before; pure and total."""
    text = plain(inbound)
    accepted = accepted_slot(text, offered_slots)
    intent = _intent(text, accepted)
    return Extract(
        is_scheduling=intent not in (Intent.DECLINE, Intent.OTHER),
        intent=intent,
        accepted_slot_index=accepted.index if intent is Intent.ACCEPT_OFFER else None,
        preferred_day=preferred_day(text),
        preferred_time=preferred_time(text),
        detected_timezone=timezone_in(text),
        needs_clarification=intent is Intent.ACCEPT_OFFER and accepted.index is None,
        needs_pricing_answer=_PRICING.search(text) is not None,
    )


def _intent(text: str, accepted: AcceptedSlot) -> Intent:
    """The first that holds; what is plain comes before what is guessed."""
    named = _names_a_point(text)
    booking = wants_booking(text)
    found = (
        (Intent.DECLINE, _DECLINE.search(text) and not accepted.said),
        (Intent.RESCHEDULE, _RESCHEDULE.search(text)),
        (Intent.ACCEPT_OFFER, accepted.said),
        (Intent.PROPOSE_TIME, named and (named_times(text) or booking or accepted.refused_all)),
        (Intent.REQUEST_TIMES, booking or scheduling_urls(text) or accepted.refused_all),
    )
    return next((intent for intent, holds in found if holds), Intent.OTHER)


def _names_a_point(text: str) -> bool:
    return bool(named_times(text) or named_dates(text) or weekdays_in(text))


def preferred_day(text: str) -> str | None:
    """The one date that `text` names, else its first weekday; None when it names neither."""
    dates = [mention for mention in named_dates(text) if len(mention) == 1]
    if dates:
        return next(iter(dates[0]))
    days = weekdays_in(text)
    return days[0] if days else None


def preferred_time(text: str) -> str | None:
    """The first time in `text` with one reading only; None when there is none."""
    times = [mention for mention in named_times(text) if len(mention) == 1]
    return next(iter(times[0])) if times else None
