"""What makes an inbound worth replaying: the questions that a wrong answer is expensive to."""

import re
from typing import Final

from lib.drafts.classification import LeadTag
from lib.drafts.invariants.wording import plain
from lib.replay.grounding import amounts_in

_PRICING: Final = re.compile(
    r"\b(?:pric(?:e|es|ing)|costs?|how\s+much|quotes?|fees?|rates?|budget|discount\w*|preis\w*|kosten|kostet|angebot"
    r"|prix|tarifs?|devis|precios?|cu[áa]nto\s+cuesta|presupuesto)\b",
    re.IGNORECASE,
)
_CADENCE: Final = re.compile(
    r"\b(?:per|a|each|every|pro|je|par|por|al)\s+(?:seat|user|day|week|month|quarter|year|tag|woche|monat|jahr|mois"
    r"|an|semaine|mes|semana|a[ñn]o)\b|\b(?:daily|weekly|monthly|quarterly|annual(?:ly)?|yearly|recurring|upfront"
    r"|invoic\w*|billing|monatlich|j[äa]hrlich|mensuel\w*|annuel\w*|mensual\w*|anual\w*)\b",
    re.IGNORECASE,
)
_TAGS: Final = frozenset(
    {
        LeadTag.MEETING_REQUESTED.value,
        LeadTag.CALL_REQUESTED.value,
        LeadTag.INFORMATION_REQUESTED.value,
        LeadTag.INTERESTED.value,
        "Meeting Booked",
    }
)
WEIGHTS: Final = {"pricing": 3, "amount": 3, "cadence": 2, "tag": 1}


def risks_of(body: str, tag: str | None) -> tuple[str, ...]:
    """The names of the risks in a message and its lead's `tag`, the weightiest first."""
    text = plain(body)
    found = {
        "pricing": _PRICING.search(text) is not None,
        "amount": bool(amounts_in(text)),
        "cadence": _CADENCE.search(text) is not None,
        "tag": tag in _TAGS,
    }
    return tuple(name for name, there in found.items() if there)


def weight(risks: tuple[str, ...]) -> int:
    """How much a message with these risks is to be preferred."""
    return sum(WEIGHTS[risk] for risk in risks)
