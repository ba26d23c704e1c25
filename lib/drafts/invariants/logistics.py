"""What in a draft helps to set up this meeting, and what only sounds like it.

A product that helps to book more meetings, syncs calendars, is available and integrates with monday.com says
nothing about a meeting with the reader.
"""

import re
from typing import Final

from lib.drafts.invariants.calendar_words import MONTH_OF, WEEKDAY
from lib.drafts.invariants.dates import named_dates
from lib.drafts.invariants.link_calls import link_call
from lib.drafts.invariants.own_words import own_words
from lib.drafts.invariants.reading import folded
from lib.drafts.invariants.reply import Reply
from lib.drafts.invariants.times import named_times
from lib.drafts.invariants.urls import scheduling_urls, without_urls
from lib.drafts.invariants.wording import contains_phrase

_MONTH: Final = "(?:" + "|".join(sorted(MONTH_OF, key=len, reverse=True)) + r")\b"
_NO_APPOINTMENT: Final = re.compile(
    rf"\b(?:{WEEKDAY}|calendar|calendly|schedul\w+)\.(?:com|app|io|ai|co)\b|\b(?:black\s+friday"
    rf"|cyber\s+monday)\b|\b(?:until|till|by|before|through|since|from|ends?|ending|expir\w+|valid|every"
    rf"|each)\s+(?:on\s+)?(?:the\s+)?"
    rf"(?:end\s+of\s+)?(?:{WEEKDAY}|{_MONTH}\s*\d{{0,2}}(?:st|nd|rd|th)?\b|\d{{1,2}}(?:st|nd|rd"
    rf"|th)?\s+(?:of\s+)?{_MONTH})"
    r"|\b\d+x?\s+more\s+(?:meetings|calls|demos)\b",
    re.IGNORECASE,
)
"""Days that are a product's name, a sale's or a deadline's."""
_YOU: Final = r"(?:you|us|it|me|that|this|them)"
_MEETING: Final = (
    r"(?:call|meeting|demo|chat|appointment|session|conversation|time|slot|walk-?through|intro\w*|visit)"
)
_DET: Final = r"(?:a|an|the|our|your|this|that|my|another|one|quick|short|brief|first|next)"
_LOGISTICS: Final = re.compile(
    rf"\b(?:(?:re-?)?(?:schedul(?:e|ed|ing)|book(?:ed|ing)?|arrang(?:e|ed|ing)|set(?:ting)?\s+up"
    rf"|organi[sz](?:e|ed|ing)|hold(?:ing)?|reserv(?:e|ed|ing)|mov(?:e|ed|ing)|chang(?:e|ed|ing)"
    rf"|push(?:ed)?|fix(?:ed)?)\s+"
    rf"(?:{_YOU}\b|(?:{_DET}\s+){{1,2}}(?:\w+\s+){{0,2}}{_MEETING}s?\b|(?:with|for|in)\s+(?:you|us|me)\b)"
    rf"|confirm\w*\s+(?:{_DET}\s+){{1,2}}(?:\w+\s+){{0,2}}{_MEETING}\b"
    r"|re-?schedul\w+|(?:is|are|you're|it's|all|we're|now)\s+(?:all\s+)?(?:booked|scheduled|confirmed"
    r"|set)(?!\s+(?:by|calend\w+))"
    r"|(?:please|to|can|could|i|we|i'll|we'll|just|happily|will)\s+confirm|confirmation|booked\s+(?:in"
    r"|for)|scheduled\s+for"
    r"|(?:an?|the|your|calendar|meeting|zoom|this|that|my|our)\s+(?:\w+\s+)?invit(?:e|es"
    r"|ation)\b(?!\s+(?:you|to\s+(?:try|test|discover|see|explore)))|(?:send|sent"
    r"|sending)\s+(?:\w+\s+){0,3}invit\w+"
    r"|(?:on|in|to|at|check|checking|see)\s+(?:my|your|our|the|both)\s+(?:\w+\s+)?(?:calendars?"
    r"|diar(?:y|ies))(?!\s+(?:sync|integr))"
    r"|(?:which|that|this|the|any|another|other|first|second|third|last|these|those|either|a|your|our"
    r"|both)\s+(?:\w+\s+)?slots?"
    r"|(?:first|second|third|last|earlier|later)\s+(?:one|option|date|time)\b|option\s+(?:\d|one|two|three)"
    r"|your\s+availabilit\w+|my\s+availabilit\w+|(?:are|when)\s+you\s+(?:\w+\s+)?(?:available|free|around)"
    r"|(?:i'm|i\s+am|we're|we\s+are|dana\s+is)\s+(?:also\s+)?(?:available|free)|available\s+(?:on|at"
    r"|times?|slots?|next|this|then)"
    r"|time\s?zones?|(?:what|which)\s+(?:\w+\s+)?(?:days?|times?|dates?|slots?|numbers?|hours?|one"
    r"|of\s+(?:these|those|them|the))\b"
    r"|(?:what|which)\s+(?:\w+\s+)?(?:works|suits)|when\s+(?:are|would|works|can|could|shall|should|do"
    r"|is|suits)|works?\s+(?:best|better|well)\s+for\s+(?:you|me|us)|(?:does|do|would|will"
    r"|could)\s+(?:\w+\s+){1,4}(?:work|suit)\b"
    r"|if\s+(?:that|this|it|either|any|one|those|these|none)\s+(?:\w+\s+){0,4}(?:works?|suits?|fits?)"
    r"|(?:day|time|date|slot|one|option)\s+(?:that\s+)?(?:works?|suits?|is\s+(?:fine|good|best))"
    r"|suits?\s+you|convenient\s+for"
    r"|(?:good|best|better|another|other|different|suitable|convenient|few|some|new)\s+(?:days?|times?"
    r"|dates?)\s+(?:for|to\s+(?:"
    r"meet|talk|connect|chat|speak|call|catch)|that|work|suit|on|next|this|slots?)|(?:find|pick|choose"
    r"|suggest|propose|agree\s+on|"
    r"settle\s+on|share|send)\s+(?:me\s+|us\s+|you\s+)?(?:a|an|another|some|two|few|a\s+few"
    r"|one\s+of\s+the)\s+(?:\w+\s+)?(?:times?|days?|dates?|slots?|windows?)"
    r"|(?:hop|jump|get|be|come|meet|talk|speak|chat)\s+(?:you\s+)?on\s+(?:a|the|our|that"
    r"|this)\s+(?:\w+\s+)?call|(?:on|during|before"
    r"|for|to|at|in|ahead\s+of)\s+(?:our|the|your)\s+(?:\w+\s+)?(?:call|meeting|appointment"
    r"|demo)\b(?!\s+cent)|(?:call|ring|phone|meet|reach)\s+you\b(?!r)|give\s+you\s+a\s+"
    r"(?:call|ring)|(?:see|talk\s+to|speak\s+to|meet)\s+you\s+(?:then|there|soon|on|at|next)|(?:talk"
    r"|speak|chat)\s+(?:then|soon)"
    r"|(?:put|got|have|pencill?ed|marked)\s+you\s+(?:down|in)|lock(?:ed|ing)?\s+(?:it|that|this"
    r"|you)?\s?in|pencill?ed"
    r"|dial-?in|zoom\s+link|(?:phone|mobile|direct)\s+number|number\s+(?:to|should|can|is\s+best)"
    r"|meeting\s+room|book\s+(?:a|your|here|below|directly|one)\b(?!\s+(?:lot|record))"
    r"|tomorrow|next\s+week|this\s+week|later\s+today|this\s+(?:morning|afternoon|evening)"
    r"|(?:tuesday|wednesday|thursday|monday|friday)s?\s+(?:morning|afternoon|evening)"
    r"|termin\w*|uhrzeit|kalender(?:einladung)?|einladung|passt\s+(?:\w+\s+){0,3}(?:ihnen|dir|euch)"
    r"|wann\s+(?:passt|ware|hatten)"
    r"|zeitzone|anrufen|telefonieren|creneaux?|rendez-?vous|vos\s+disponibilit\w+"
    r"|etes-vous\s+disponible|invitation|quelle\s+heure"
    r"|quel\s+(?:jour|creneau)|calendrier|fuseau|horarios?|su\s+disponibilidad|tu\s+disponibilidad"
    r"|calendario|agendar|agendamos"
    r"|que\s+(?:dia|hora)|reunion|cita|invitacion|zona\s+horaria|appuntamento|invito|che\s+(?:giorno"
    r"|ora)|quando\s+le)\b",
    re.IGNORECASE,
)
_IN_A_WORD: Final = re.compile(
    r"(?:^|[.!?,;]\s*)(?:yes,?\s+)?(?:confirmed|booked|scheduled|rescheduled)(?=\s*(?:[!.,:;-]|$|and\b"
    r"|for\b))",
    re.IGNORECASE | re.MULTILINE,
)
_DAY: Final = re.compile(rf"\b{WEEKDAY}", re.IGNORECASE)
_SHORT_DAYS: Final = frozenset({"mon", "sat", "sun", "wed", "thu", "fri", "tue", "lunes", "sabado"})


def has_logistics(reply: Reply) -> bool:
    """Whether the draft says anything that helps to set up the meeting with its reader."""
    draft = own_words(reply)
    said = _NO_APPOINTMENT.sub(" ", folded(without_urls(draft)))
    return bool(
        _LOGISTICS.search(said)
        or _IN_A_WORD.search(said)
        or any(_is_day(match[0]) for match in _DAY.finditer(said))
        or named_times(said)
        or named_dates(said)
        or scheduling_urls(draft)
        or link_call(draft, to_booker=True)
        or any(contains_phrase(draft, slot) for slot in reply.slots)
    )


def _is_day(word: str) -> bool:
    """Whether a weekday's name is one: `mon` and `sun` are so only with their point or a capital."""
    return word[0].isupper() or word.lower().rstrip(".") not in _SHORT_DAYS
