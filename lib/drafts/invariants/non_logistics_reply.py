"""`non_logistics_reply`: asked for a meeting, the draft sells."""

import re
from typing import Final

from lib.drafts.invariants.dates import named_dates
from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.times import named_times
from lib.drafts.invariants.urls import scheduling_urls
from lib.drafts.invariants.wording import contains_phrase, plain

SALES_NEEDED: Final = 2
"""How many different sales words make a sales reply (domain §3)."""

_BOOKING: Final = re.compile(
    r"\b(?:re-?schedul\w*|schedul\w*|book(?:ing)?|meet(?:ing)?|calls?|calendar|demo|availab\w*|slots?"
    r"|what\s+times?|which\s+(?:day|time)s?|when\s+(?:can|are|could|would|works?)"
    r"|works?\s+(?:\w+\s+)?for\s+(?:me|us)"
    r"|that\s+works?|let'?s\s+(?:talk|chat|connect|speak)|free\s+(?:on|at|next|this|for)|set\s+(?:\w+\s+)?up"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow"
    r"|termin\w*|treffen|telefonat|anruf|uhrzeit|rendez-?vous|r[ée]union|appel|cr[ée]neau|disponib\w+"
    r"|reuni[óo]n|llamada|cita|horario|agendar)\b",
    re.IGNORECASE,
)
_INFORMATION: Final = re.compile(
    r"\b(?:(?:more|some|further|any|additional|the)\s+(?:info\w*|details?)|information|pric(?:e|es|ing)"
    r"|costs?"
    r"|how\s+much|quote|brochure|deck|one-?pager|case\s+stud(?:y|ies)|learn\s+more|know\s+more"
    r"|how\s+(?:does|do)\s+(?:it|this|you|your)|what\s+(?:does|do)\s+(?:it|you|your)|tell\s+(?:me"
    r"|us)\s+(?:more|about)"
    r"|informationen|preise?|kosten|prix|tarifs?|renseignements|precios?|informaci[óo]n)\b",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(
    r"\b(?:first(?:ly)?|beforehand|before\s+(?:we|i|any|a|the|booking|scheduling|meeting|committing|that"
    r"|setting)"
    r"|prior\s+to|zuerst|vorab|bevor|d'abord|avant|primero|antes)\b",
    re.IGNORECASE,
)
_SALES: Final = re.compile(
    r"\b(?P<word>platform|solutions?|software|product|roi|revenue|growth|grow|profit\w*|leads|pipeline"
    r"|results?"
    r"|clients?|customers?|case\s+stud(?:y|ies)|proven|guarantee\w*|value|benefits?|features?|pricing"
    r"|discount\w*"
    r"|offer(?:ing)?s?|deal|increas\w*|boost\w*|scal(?:e|es|ing|able)|sav(?:e|es|ings?)|transform\w*|leading"
    r"|industry|award-\w+|best-in-class|cutting-edge|state-of-the-art|game-chang\w+|world-class|unlock\w*"
    r"|exclusive|opportunit\w+|success\w*|streamlin\w*|conversions?|accelerat\w*|empower\w*|maximi[sz]\w*"
    r"|optimi[sz]\w*|efficien\w+|innovat\w*|trusted|powerful|free\s+trial|testimonials?)\b",
    re.IGNORECASE,
)
_LOGISTICS: Final = re.compile(
    r"\b(?:(?:re-?)?schedul\w*|(?:re-?)?book(?:ed|ing|ings)?|calendar|invit(?:e|es|ation)|slots?"
    r"|availab\w*|confirm\w*"
    r"|time\s?zones?|what\s+(?:day|time)s?|which\s+(?:day|time|one|of)|(?:best|good|another|other"
    r"|suitable)\s+(?:day|time)s?"
    r"|works?\s+(?:best\s+|better\s+|well\s+)?for\s+(?:you|me|us)|suits?\s+you|when\s+(?:are|would|works"
    r"|can|could)"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|dial-?in"
    r"|termin\w*|uhrzeit|kalender\w*|cr[ée]neaux?|disponib\w+|calendrier|horarios?|calendario|agenda\w*)\b",
    re.IGNORECASE,
)


def non_logistics_reply(reply: Reply) -> Broken | None:
    """Broken when somebody who wants to book gets a sales text.

    That is: the inbound shows booking intent and is not information first, slots exist, and the draft has
    two or more different sales words and no logistics signal (a time, a date, a weekday, a scheduling link,
    an offered phrase, or words such as schedule, calendar, which day, works for you).
    """
    if not reply.slots or not wants_booking(reply.inbound):
        return None
    words = sales_words(reply.draft)
    if len(words) < SALES_NEEDED or has_logistics(reply):
        return None
    return Broken(
        code=InvariantCode.NON_LOGISTICS_REPLY,
        message=f"The inbound wants to book, the draft only sells ({', '.join(words)}).",
    )


def wants_booking(inbound: str) -> bool:
    """Whether `inbound` shows booking intent and does not ask for information first.

    Information comes first when it is asked for before the meeting is mentioned, or is asked for with a word
    that says so (first, before we …).
    """
    text = plain(inbound)
    booking = _BOOKING.search(text)
    if booking is None and not named_times(text):
        return False
    information = _INFORMATION.search(text)
    if information is None:
        return True
    if _FIRST.search(text):
        return False
    return booking is not None and booking.start() < information.start()


def sales_words(draft: str) -> tuple[str, ...]:
    """The different sales words of `draft`, in order."""
    return tuple(dict.fromkeys(match["word"].lower() for match in _SALES.finditer(plain(draft))))


def has_logistics(reply: Reply) -> bool:
    """Whether the draft says anything that helps to set up the meeting."""
    draft = reply.draft
    return bool(
        _LOGISTICS.search(plain(draft))
        or named_times(draft)
        or named_dates(draft)
        or scheduling_urls(draft)
        or any(contains_phrase(draft, slot) for slot in reply.slots)
    )
