"""Whether an inbound wants to book, or asks for information first."""

import re
from typing import Final

from lib.drafts.invariants.calendar_words import WEEKDAY
from lib.drafts.invariants.dates import named_dates
from lib.drafts.invariants.reading import folded
from lib.drafts.invariants.times import named_times
from lib.drafts.invariants.urls import without_urls

_BOOKING: Final = re.compile(
    r"\b(?:re-?schedul\w*|schedul\w*|book(?:ing|ed)?|meet(?:ing)?s?|calls?|calendar|demo|availab\w*"
    r"|slots?|appointment"
    r"|what\s+times?|which\s+(?:day|time)s?|when\s+(?:can|are|could|would|works?|do|shall)"
    r"|works?\s+(?:\w+\s+){0,2}for\s+(?:me|us)|works\s+(?:well|great|fine|best|perfectly)"
    r"|(?:that|this|either|both|any|all)\s+(?:\w+\s+){0,3}works?|does\s+(?:\w+\s+){1,4}work"
    r"|(?:talk|chat|connect|speak|catch\s+up|touch\s+base|sit\s+down|meet\s+up|hop\s+on|jump\s+on"
    r"|get\s+together)"
    r"|free\s+(?:on|at|next|this|for|after|before|in|tomorrow)|set\s+(?:\w+\s+){0,3}up|find\s+(?:a"
    r"|some)\s+time|(?:pick|choose|find|get|grab|suggest|propose)\s+(?:me\s+|us\s+)?(?:a|another|some"
    r"|something)\s+(?:\w+\s+){0,2}(?:time|day|date"
    r"|slot)s?|other\s+times?|another\s+(?:day|time|date)|put\s+(?:me|us)\s+(?:down|in)|pencil\w*"
    r"|lock\s+(?:it\s+)?in"
    r"|count\s+me\s+in|i'm\s+in|sign\s+me\s+up|on\s+the\s+calendar|(?:1st|2nd|3rd|first|second|third"
    r"|fourth|last|former"
    r"|latter|earlier|later|earliest|latest|other)\s+(?:one|option|slot|time|date|suggestion|proposal"
    r"|choice)"
    r"|(?:the|yes\s+to\s+the|take\s+the)\s+(?:1st|2nd|3rd|first|second|third)(?=\s*(?:$|[.,;!?]|please"
    r"|is|works|sounds|suits))"
    r"|on\s+the\s+books|diary|(?:ring|phone)\s+me|see\s+you|(?:the|an|your|calendar)\s+invit\w+|latter"
    r"|former|earliest|soonest|option\s+(?:\d|one|two|three|a|b|c)"
    r"|let's\s+(?:do|go|take|make)|i'll\s+take|suits?\s+(?:me|us)|tomorrow|next\s+week|this\s+week"
    r"|termin\w*|treffen|telefonat\w*|telefonieren|anruf\w*|uhrzeit|passt|verfugbar|besprech\w*"
    r"|kennenlern\w*|sprechen"
    r"|rendez-?vous|reunion|appel\w*|creneaux?|disponib\w+|rencontrer|convient|discuter|entretien"
    r"|llamada|llamar\w*|cita|horario|agendar|reunirnos|hablar|hablamos|me\s+va\s+bien|quedar"
    r"|appuntamento|chiamata|riunione|incontr\w+|sentirci|parlare)\b"
    rf"|\b{WEEKDAY}",
    re.IGNORECASE,
)
_INFORMATION: Final = re.compile(
    r"\b(?:(?:more|some|further|any|additional|the|few|full)\s+(?:info\w*|details?)|information"
    r"|pric(?:e|es|ing)|costs?"
    r"|how\s+much|quote|brochure|deck|one-?pager|case\s+stud(?:y|ies)|learn\s+more|know\s+more|overview"
    r"|features|how\s+(?:does|do|is|are)\s+(?:it|this|you|your|the|these)|what\s+(?:does|do)\s+(?:it|you"
    r"|your(?!\s+(?:calendar|schedule|week|diary|day|availability)))"
    r"|what\s+(?:is|are)\s+(?:your|the|included|it)|tell\s+(?:me|us)\s+(?:more|about)|explain|integrat\w+"
    r"|(?:does|do|can|is|are|will)\s+(?:it|you|your|the|this)\s+(?:\w+\s+){0,2}(?:support|integrat\w*"
    r"|include|have(?!\s+(?:\w+\s+){0,2}(?:time|availab\w*|slots?|moment|minutes)\b)|offer"
    r"|handle|sync|come|cover|compatible|connect\s+to)|references?|documentation|datasheet|whitepaper"
    r"|contract\s+terms"
    r"|informationen|infos?|preis\w*|kosten|kostet|unterlagen|angebot|prix|tarifs?|renseignements"
    r"|informations?|devis|presupuesto|preventivo|offre|oferta|cout\w*"
    r"|precios?|informacion|cuanto|cuesta|tarifas?|prezzi?|prezzo|informazioni|costi|costa)\b",
    re.IGNORECASE,
)
_SEQUENCE: Final = re.compile(
    r"(?<!the )(?<!your )(?<!that )(?<!our )\bfirst(?:ly)?\b(?!\s+(?:slot|one|option|time|thing|week"
    r"|half|of|available"
    r"|suggest\w*|propos\w*|date|day|name|call|meeting|choice|two|is|works|would|sounds|please|suits|looks))"
    r"|\b(?:beforehand|before\s+(?:booking|scheduling|meeting|committing|that|setting|anything|jumping"
    r"|hopping|talking"
    r"|deciding|agreeing|(?:we|i|any|a|the|our)\s+(?:\w+\s+){0,3}?(?:book\w*|meet\w*|calls?|schedul\w*"
    r"|talk|commit\w*|chat"
    r"|speak|decide|anything|go|set|demo|proceed|jump|hop|move|agree|do|get|spend|lock|put))|prior\s+to"
    r"|(?:then|afterwards|after\s+that|and\s+then)\s+(?:we|i|let's|maybe|perhaps)|afterwards"
    r"|once\s+(?:i|we)(?:'ve|\s+have|\s+know|\s+see)|depending\s+on|until\s+(?:i|we)\s+(?:know|see|have"
    r"|understand)"
    r"|if\s+(?:it|that|this|the\s+\w+)\s+(?:\w+\s+)?(?:fits?|makes\s+sense|looks?|is\s+right|is\s+ok\w*"
    r"|is\s+within)|zuerst|zunachst|vorab|bevor|vorher|d'abord|avant|au\s+prealable|primero|antes|prima)\b",
    re.IGNORECASE,
)
_FIRM: Final = re.compile(
    r"\b(?:book\s+(?:me|us|it)|put\s+(?:me|us)\s+(?:down|in)|works?\s+(?:\w+\s+){0,2}for\s+(?:me|us)"
    r"|tomorrow|please\s+(?:book|schedule|set|confirm|send\s+(?:me\s+)?(?:an\s+)?invite)|let's\s+(?:do|book"
    r"|schedule|meet|set|take|go"
    r"|talk|find)|when\s+(?:are|can|could|would|do)|what\s+times?|which\s+(?:day|time|slot)s?"
    r"|(?:can|could|shall|may)\s+we\s+(?:\w+\s+)?(?:schedule|book|meet|set|find|talk|do|speak|chat|hop"
    r"|jump|get)|(?:first|second|third|1st|2nd|3rd|last)\s+(?:one|option|slot)|i'll\s+take|i\s+(?:want"
    r"|would\s+like|'d\s+like)\s+to\s+(?:book|schedule|meet))\b"
    rf"|\b{WEEKDAY}",
    re.IGNORECASE,
)
_THING: Final = (
    r"(?:hotels?|flights?|rooms?|tables?|trips?|tickets?|travel|venues?|trains?|cars?|holidays?"
    r"|technicians?|staff|shifts?"
    r"|drivers?|crews?|employees|patients|clients|customers|teams?|jobs|deliver\w+|posts?|campaigns?"
    r"|e-?mails?|tutors?|classes|guests?|orders|visits|volunteers|nurses|students)"
)
_MAKES: Final = (
    r"(?:software|tools?|apps?|systems?|platforms?|solutions?|products?|modules?|features?|programs?)"
)
_NOT_THIS_MEETING: Final = re.compile(
    rf"\b(?:book\w*|schedul\w*|reserv\w*)\s+(?:(?:a|an|our|the|my|their|your|its|all"
    rf"|some)\s+)?(?:\d+\s+)?(?:\w+\s+)?{_THING}\b"
    rf"|\b{_MAKES}\s+(?:to|for|that|which|with|can)\s+(?:\w+\s+){{0,2}}(?:schedul|book|call|meet|calend"
    rf"|appoint)\w*"
    rf"|\b(?:schedul\w*|booking|calendar|meeting|call|appointment)\s+(?:{_MAKES}|cent(?:er|re)|tracking"
    rf"|recording|routing"
    r"|integration|sync|assistant|reminders?)\b"
    r"|\b(?:have|had|got|just\s+had|in|after)\s+(?:a\s+|our\s+|the\s+)?(?:team\s+|board\s+"
    r"|internal\s+)?meetings?\s+(?:all|about|with\s+(?:our|my|the))\b",
    re.IGNORECASE,
)
"""What is booked, scheduled or met elsewhere, or is what a product does."""
_DECLINE: Final = re.compile(
    r"\b(?:no,?\s+thanks?|no,?\s+thank\s+you|not\s+interested|unsubscribe|(?:remove|delete)\s+(?:me|us|my)"
    r"|(?:don't|do\s+not|please\s+stop|stop|never)\s+(?:call|contact|e-?mail|writ|send|messag|reach)\w*"
    r"|no\s+longer\s+(?:interested|need\w*|looking)|no\s+need\s+(?:for|to)|(?:don't|do\s+not)\s+(?:need"
    r"|want)\s+(?:a|an|any|to"
    r"|another|more)\b|not\s+(?:looking|ready)\s+(?:for|to)|(?:we'll|i'll|will)\s+pass"
    r"|pass\s+on\s+(?:this|it)|not\s+a\s+fit"
    r"|(?:went|going|gone)\s+with\s+(?:another|someone)|kein\w*\s+(?:interesse|bedarf)"
    r"|nicht\s+interessiert|nein,?\s+danke"
    r"|pas\s+interess\w*|non,?\s+merci|no,?\s+gracias|no\s+(?:me|nos)\s+interesa"
    r"|non\s+(?:mi\s+)?interessa\w*)\b",
    re.IGNORECASE,
)
_AGREES: Final = re.compile(
    r"\b(?:good|fine|ok|okay|great|perfect|please|it\s+is|yes|sure|ideal|best)\b", re.IGNORECASE
)
"""A date alone may be any event's; with one of these it is taken."""
_BUT: Final = re.compile(r"\b(?:but|instead|however|aber|mais|pero|ma|just\s+book)\b", re.IGNORECASE)


def wants_booking(inbound: str) -> bool:
    """Whether `inbound` shows booking intent and does not ask for information first.

    Information comes first when a word says so (first, before we …, if it fits), or when it is asked for
    before the meeting is mentioned and the meeting is only a possibility. Who declines books nothing.
    """
    text = _NOT_THIS_MEETING.sub(" ", folded(without_urls(inbound)))
    booking = _BOOKING.search(text)
    if booking is None and not named_times(inbound) and not (named_dates(inbound) and _AGREES.search(text)):
        return False
    if _DECLINE.search(text) and not _BUT.search(text):
        return False
    information = _INFORMATION.search(text)
    if information is None:
        return True
    if _SEQUENCE.search(text):
        return False
    if booking is not None and booking.start() < information.start():
        return True
    return _FIRM.search(text) is not None
