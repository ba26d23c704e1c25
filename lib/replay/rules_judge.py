"""The default judge: deterministic and offline. It scores what rules can see, and claims no taste."""

import re
from typing import Final

from lib.clock import Deadline
from lib.drafts.composer import Extract, Intent
from lib.drafts.conversation import Conversation, Direction
from lib.drafts.invariants.sales_talk import sales_words
from lib.drafts.invariants.times import times_in
from lib.drafts.invariants.urls import scheduling_urls
from lib.drafts.invariants.wording import contains_phrase, plain
from lib.drafts.language import language_of
from lib.drafts.template_composer import understood
from lib.replay.grounding import amounts_in, ungrounded
from lib.replay.judge import Bar, Judgement, Subject

PROMPT_KEY: Final = "replay.judge.rules.v1"
WEIGHTS: Final = {"answer": 50, "facts": 20, "pricing": 15, "form": 15, "language": 10}
"""How much each dimension counts; those that do not apply are left out of the sum."""
GOOD: Final = 100
FAIR: Final = 70
"""Says nothing wrong, and not much."""
POOR: Final = 20
NONE: Final = 0

SHORTEST: Final = 25
LONGEST: Final = 2_500
"""Characters of a reply that can be sent as it is."""

_LOGISTICS: Final = re.compile(
    r"\?|\b(?:calendar|schedul\w*|time\s?zones?|availab\w*|another\s+(?:time|day)|suits?\s+you|suggestion|propos\w*"
    r"|kalender\w*|termin\w*|vorschlag|uhrzeit\w*|calendrier|cr[ée]neaux?|proposition|disponib\w*|calendario"
    r"|agenda|propuesta|sugerencia|horarios?)\b",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(
    r"\b(?:pric\w*|costs?|quote\w*|figures|fees?|rates?|tarif\w*|preis\w*|koste\w*|angebot\w*|prix|co[ûu]t\w*|devis"
    r"|precios?|cuesta\w*|costes?|presupuesto)\b",
    re.IGNORECASE,
)
_ANSWERING: Final = re.compile(
    r"\b(?:thank\w*|answer\w*|come\s+back|get\s+back|look\s+into|happy\s+to|glad|attached|danke?|vielen\s+dank|melden|antwort\w*"
    r"|merci|r[ée]pon\w*|gracias|respuesta|responde\w*)\b",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"\{\w*\}|\[(?:your|name|first|insert|company|link|date|time)[^\]\n]{0,40}\]|<(?:name|link|date)>"
    r"|\bTODO\b|\bTBD\b|lorem\s+ipsum|\bas an ai\b",
    re.IGNORECASE,
)
_PUSHING: Final = re.compile(
    r"\b(?:before\s+you\s+(?:go|decide)|reconsider|one\s+more\s+(?:try|thing)|are\s+you\s+sure)\b",
    re.IGNORECASE,
)


class RulesJudge:
    """Judges by what the inbound wants and what the draft says; the same in, the same out."""

    def judge(self, subject: Subject, bar: Bar, *, deadline: Deadline) -> Judgement:
        """The verdict; no call leaves the process."""
        del deadline
        conversation, draft = subject.conversation, subject.draft
        extract = understood(conversation)
        invented = ungrounded(conversation, draft)
        scores = {
            "answer": _answers(conversation, extract, draft),
            "facts": NONE if invented else GOOD,
        }
        if extract.needs_pricing_answer and extract.intent is not Intent.DECLINE:
            scores["pricing"] = _prices(draft)
        scores |= {"form": _form(draft), "language": _language(conversation, draft)}
        overall = _weighted(scores)
        wrong = (
            *(f"{one.code}: {one.message}" for one in subject.invariants),
            *(f"ungrounded_fact: the draft states the {one}, which nobody gave it." for one in invented),
            *_unanswered_price(scores),
            *_unsendable(scores),
        )
        low = tuple(
            f"{name}_low: {name} scores {score} of 100." for name, score in scores.items() if score <= POOR
        )
        below = (
            () if overall >= bar.threshold else (f"below_threshold: {overall} of {bar.threshold} points.",)
        )
        return Judgement(
            passed=not wrong and not below,
            faultless=not wrong,
            prompt_key=PROMPT_KEY,
            system_prompt=None,
            bar=bar,
            overall_score=overall,
            dimensions=scores,
            failure_reasons=(*wrong, *below, *low),
        )


def _weighted(scores: dict[str, int]) -> int:
    total = sum(WEIGHTS[name] for name in scores)
    return round(sum(WEIGHTS[name] * score for name, score in scores.items()) / total)


def _answers(conversation: Conversation, extract: Extract, draft: str) -> int:
    """How far the draft does what the inbound asks for."""
    slots = conversation.offered_slots
    match extract.intent:
        case Intent.ACCEPT_OFFER:
            index = extract.accepted_slot_index
            if index is None:
                return GOOD if _LOGISTICS.search(draft) or _names_any(draft, slots) else POOR
            return GOOD if _names(draft, slots[index]) else POOR
        case Intent.REQUEST_TIMES | Intent.RESCHEDULE | Intent.PROPOSE_TIME:
            moves_on = _LOGISTICS.search(draft) or scheduling_urls(draft) or times_in(draft)
            return GOOD if moves_on or _names_any(draft, slots) else POOR
        case Intent.DECLINE:
            pushes = scheduling_urls(draft) or sales_words(draft) or _PUSHING.search(draft)
            return POOR if pushes or not _ANSWERING.search(draft) else GOOD
        case Intent.OTHER:
            if extract.needs_pricing_answer:
                return _prices(draft)
            return FAIR if _ANSWERING.search(draft) or "?" in draft else POOR


def _names(draft: str, slot: str) -> bool:
    return contains_phrase(draft, slot) or not times_in(slot).isdisjoint(times_in(draft))


def _names_any(draft: str, slots: tuple[str, ...]) -> bool:
    return any(_names(draft, slot) for slot in slots)


def _prices(draft: str) -> int:
    """Whether a question on the price is answered, or asked back about."""
    if amounts_in(draft):
        return GOOD
    return FAIR if _PRICE.search(draft) else NONE


def _unanswered_price(scores: dict[str, int]) -> tuple[str, ...]:
    unanswered = scores.get("pricing") == NONE
    return ("pricing_unanswered: the price was asked for and not spoken of.",) if unanswered else ()


def _unsendable(scores: dict[str, int]) -> tuple[str, ...]:
    said = "unsendable: the draft is no letter yet, by its length or a placeholder in it."
    return (said,) if scores["form"] == NONE else ()


def _form(draft: str) -> int:
    """Whether it could be sent as it stands."""
    text = plain(draft).strip()
    if _PLACEHOLDER.search(text) or not SHORTEST <= len(text) <= LONGEST:
        return NONE
    lines = [line for line in text.split("\n") if len(line) > SHORTEST]
    shouts = text.upper() == text and text.lower() != text
    return FAIR if shouts or len(set(lines)) < len(lines) else GOOD


def _language(conversation: Conversation, draft: str) -> int:
    """Whether it is written in the lead's language, as far as that can be told."""
    own = conversation.trigger.body
    lead_said = (one.body for one in conversation.messages if one.direction is Direction.INBOUND)
    return GOOD if language_of(draft) is language_of("\n".join((own, own, *lead_said))) else NONE
