"""Calls to use a link: what a draft says when it sends the reader to a page to book on."""

import re
from typing import Final

from lib.drafts.invariants.reading import folded
from lib.drafts.invariants.urls import PlacedUrl, addressed, is_scheduling

_ARTICLE: Final = r"(?:the|this|that|my|our|following)"
_SORT: Final = r"(?:booking|scheduling|scheduler|calendar|calendly|appointment|reservation)"
_VERB: Final = (
    r"(?<![\w-])(?<!\ba )(?<!\ban )(?<!\bthe )(?<!\bour )(?<!\bmy )(?<!\byour )(?<!\bthis )"
    r"(?:book|schedule|reserve|grab|pick|choose|select|claim|snag|arrange"
    r"|find\s+(?:yourself\s+)?(?:a|an|some|your|the|another|any)\s+(?:\w+\s+){0,2}(?:times?|slots?"
    r"|dates?|day|spot|opening)"
    r"|(?:secure|set\s+up|make|request|organi[sz]e|sign\s+up\s+for)\s+(?:a|an|your|the"
    r"|some)\s+(?:\w+\s+){0,2}"
    r"(?:times?|slots?|spots?|calls?|meetings?|appointments?|bookings?|demos?|reservations?)"
    r"|(?:put|drop|add|throw|place)\s+(?:some|a|yourself|something|your"
    r"|one)(?=\b[^.!?\n]{0,25}\bmy\s+calendar))"
)
_OWN: Final = (
    r"(?P<own>\b(?:i|we|they|he|she|i'(?:ll|d|ve)|we'(?:ll|d|ve)|let\s+me|let\s+us)\s+"
    r"(?:(?!you\b)\w+\s+){0,2})?"
)
"""Whoever books it themselves sends nobody to a page."""
_BOOK: Final = rf"\b{_VERB}\b[^.!?\n]{{0,40}}"
_ENDS: Final = r"\b(?=\s*(?:[:.!,;)\[<-]|$|http|www|if\b|when\w*\b|and\b|or\b|to\b))"
_HERE: Final = r"(?:here|below|ici|aqui|qui|hier)"

_PLACEHOLDER: Final = re.compile(
    r"[\[<{(%]{1,3}\s?(?:insert|add|put|your|my|our|the|booking|scheduling|scheduler|calendar|calendly"
    r"|meeting|lien|enlace|[a-z]+[ _-]){0,4}\s?(?:[a-z]+[ _-]){0,3}(?:link|url|calendly|lien"
    r"|enlace)(?:[ _-]+[a-z]+){0,3}\s?[\]>})%]+(?!\()"
    r"|\b(?:booking|calendar|calendly|scheduling|scheduler|meeting|insert|your)_(?:\w{1,20}_)?(?:link"
    r"|url)\b",
    re.IGNORECASE,
)
_BOOK_THERE: Final = (
    rf"(?:here|below){_ENDS}",
    (
        r"(?:via|through|using|at|on|onto|to|from|with|in|off)\s+(?:the|this|my"
        r"|our)\s+(?:\w+\s+){0,2}(?:calendly|scheduler"
        r"|booking\s+(?:page|tool|system|site)|calendar(?:\s+page)?|web\s?site|site|links?|url)\b"
        r"(?!\s+(?:invit\w*|event|entry))"
    ),
    r"(?:online|yourself\s+in)\b",
)
_BOOKING: Final = (
    (
        rf"\b(?:the|this|my|our|here's\s+a|here\s+is\s+a|use\s+a)\s+(?:\w+\s+)?{_SORT}\s+(?:\w+\s+)?(?:links?|page|url|form"
        r"|portal|widget)\b"
    ),
    (
        r"\b(?:my|our)\s+calendly\b(?!\s+(?:integration|plug-?in|connector|add-?on|app|partner|account"
        r"|connection|sync))"
    ),
    r"\bcalendly\s+(?:link|page|url)\b",
    (
        r"\bhere(?:'s|\s+is|\s+are)\s+(?:the\s+link\s+to\s+)?(?:my|our)\s+(?:\w+\s+)?(?:calendar|scheduler"
        r"|availability\s+page)\b"
    ),
    (
        r"\b(?:see|check|look\s+at|go\s+to|open|visit)\s+(?:my|our)\s+(?:\w+\s+)?(?:calendar|scheduler)\s+"
        r"(?:here|below|online|at|to\s+(?:book|pick|find|choose|grab))\b"
    ),
    r"\b(?:my|our)\s+calendar\s+is\s+(?:here|below|online|open\s+(?:here|at)|at)\b",
    r"\b(?:here|below)\s+to\s+(?:book|schedule|reserve|pick|choose|grab|find\s+a|set\s+up|select)\b",
    (
        r"\b(?:use|try|visit|check|via|through)\s+(?:the|my|our)\s+(?:\w+\s+)?(?:scheduler|(?:booking"
        r"|scheduling)\s+(?:page|system|tool|form|portal|site|engine)|calendar\s+(?:page|tool))\b"
    ),
    r"\bclick\s+to\s+(?:book|schedule|reserve|pick|choose|select|find|set)\b",
    r"\[[^\]\n]{0,60}\b(?:book|schedule|reserve|pick|choose)\s+(?:a|an|your|my|now|here)\b[^\]\n]{0,60}\]",
    r"(?<![\w-])(?:book|schedule)\s+(?:a|an|your|now)\b[^.!?\n]{0,40}(?:>>|[\u2192\u00bb\u279c\u2b07])",
    r"\buse\s+(?:this|my|our)\s+calendar\b",
    r"\b(?:my|our)\s+scheduler\s+(?:shows|has|lists|is)\b",
    r"\bself-?(?:book|schedul)\w*",
    r"\b(?:buchen|vereinbaren|reservieren|wahlen)\s+(?:sie\s+)?(?:\w+\s+){0,2}hier\b",
    r"\b(?:buchungs|kalender|termin|calendly-?)-?link\b|\bbuchungsseite\b|\bonline-?terminbuchung\b",
    rf"\b(?:buchen|reservieren|vereinbaren|aussuchen|auswahlen|wahlen)\b[^.!?\n]{{0,40}}\bhier{_ENDS}",
    r"\bhier\b[^.!?\n]{0,40}\b(?:buchen|auswahlen|aussuchen|vereinbaren|wahlen|reservieren)\b",
    (
        r"\b(?:in|uber)\s+(?:meine[mn]|unsere[mn])\s+(?:online-?)?kalender\s+(?:\w+\s+){0,3}(?:aus\w*"
        r"|buchen|wahlen)\b"
    ),
    (
        r"\b(?:reservez|reserver|choisissez|choisir|prenez\s+rendez-vous|planifiez)\b[^.!?\n]{0,50}"
        r"\b(?:ici|en\s+ligne|sur\s+(?:mon|notre)\s+(?:calendrier|agenda))\b"
    ),
    r"\b(?:lien|page)\s+de\s+(?:reservation|prise|rendez)",
    (
        r"\b(?:reserv[ae]|reservar|agend[ae]|agendar|elij[ae]|elige|elegir|escoge|escoja)\b[^.!?\n]{0,50}"
        r"\b(?:aqui|en\s+linea|en\s+(?:mi|nuestro)\s+(?:calendario|agenda))\b"
    ),
    r"\b(?:enlace|link|pagina)\s+de\s+(?:reservas?|agenda|calendario|citas)\b",
    r"\b(?:prenot(?:a|i|are|ate)|scegli|scelga|scegliere)\b[^.!?\n]{0,50}\bqui\b",
)
_GENERIC: Final = (
    (
        rf"\bclick\s+(?:(?:right|just|on)\s+)?(?:{_HERE}|(?:the|this|that|my"
        rf"|our)\s+(?:\w+\s+){{0,2}}(?:links?|button|url))\b"
    ),
    r"\blinks?\s+(?:is\s+|are\s+)?(?:right\s+)?(?:below|above|here|attached|underneath)\b",
    (
        rf"\b(?:use|click|follow|open|try|tap|hit|visit|see|check|find|via|through|using|with|at|from|on"
        rf"|under|here(?:'s|\s+is|\s+are))\s+(?:on\s+|out\s+)?{_ARTICLE}\s+(?:\w+\s+){{0,2}}links?\b"
    ),
    r"\b(?:use|follow|here(?:'s|\s+is))\s+a\s+(?:\w+\s+){0,2}link\b",
    r"\b(?:button|links?)\s+below\b|\bbelow\s+(?:\w+\s+)?(?:link|button)\b",
    r"\blinks?\s+(?:is\s+)?in\s+(?:my|the|our|this)\s+(?:signature|footer|e-?mail|message|bio|profile)\b",
    (
        r"\b(?:attached|included|pasted|dropped|put|shared|added|posted|left|sharing"
        r"|sending)\s+(?:you\s+)?(?:a|the|my|our)\s+(?:\w+\s+){0,2}links?\b"
    ),
    r"\bklick\w{0,3}\s+(?:sie\s+)?(?:bitte\s+|einfach\s+)?hier\b|\bhier\s+klicken\b",
    (
        r"\b(?:uber|unter|mit|via|auf|nutzen\s+sie)\s+(?:den|dem|diese[nm]?|folgende[nm]?|meine[nm]"
        r"|unsere[nm])\s+(?:\w+\s+)?\w{0,20}link\b"
    ),
    r"\blink\s+(?:unten|anbei|oben)\b|\bfolgende[rmn]?\s+link\b",
    (
        r"\bcliquez\s+(?:sur\s+)?(?:ici|ce|le)\b|\b(?:via|avec|par|sur|dans|utilisez)\s+(?:ce|le|notre"
        r"|mon)\s+lien\b"
    ),
    r"\blien\s+(?:ci-dessous|suivant|ci-joint|ci-apres)\b",
    r"\b(?:haz|haga|hagan|hacer|haciendo)\s+clic\b|\bpuls[ae]\s+aqui\b",
    (
        r"\b(?:en|con|mediante|a\s+traves\s+de|desde|use|usa)\s+(?:este|el|nuestro"
        r"|mi)\s+(?:siguiente\s+)?(?:enlace|link)\b"
    ),
    r"\benlace\s+(?:de\s+abajo|siguiente|adjunto)\b|\bsiguiente\s+enlace\b",
    (
        r"\bclicc\w{1,4}\s+(?:qui|su)\b|\b(?:con|tramite|da|usa|usi)\s+(?:questo|il|nostro|mio)\s+link\b"
        r"|\blink\s+(?:qui\s+)?sotto\b"
    ),
)
_BOOK_YOURSELF: Final = re.compile(
    rf"{_OWN}{_BOOK}\b(?:{'|'.join(_BOOK_THERE)})", re.IGNORECASE | re.MULTILINE
)
_TO_BOOK: Final = re.compile("|".join(_BOOKING), re.IGNORECASE | re.MULTILINE)
_TO_USE: Final = re.compile("|".join(_GENERIC), re.IGNORECASE | re.MULTILINE)

_ABOUT_BOOKING: Final = re.compile(
    r"\b(?:book|reserve|grab|pick|choose|select|schedul\w*|slots?|appointments?|availab\w*|calendar"
    r"|times?|meeting|call|demo|chat|termin\w*|buchen"
    r"|creneaux?|rendez-vous|reserv\w*|cita|reunion|horario|prenot\w*|appuntamento)\b",
    re.IGNORECASE,
)
_SOMETHING_ELSE: Final = re.compile(
    r"\b(?:join|dial|attend|(?:zoom|teams|meet|meeting|video|call|conference|webex)\s+link|reports?"
    r"|docs?|document\w*"
    r"|deck|brochure|pdf|case\s+stud\w*|articles?|blog|guide|videos?|recording|webinar|polic\w+"
    r"|security|pric\w+|faq"
    r"|website|references?|read|download|watch|learn|survey|contract|proposal|quote|sheet|overview"
    r"|directions|map|unsubscribe|links?\s+(?:that\s+)?(?:you|they)\b)",
    re.IGNORECASE,
)
_ROOM_LINK: Final = re.compile(
    r"\b(?:zoom|teams|meet|meeting|video|call|conference|webex|dial-?in|join\w*)\s+links?\b", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'|\[\]{}]+", re.IGNORECASE)
_SHORTENED: Final = re.compile(
    r"(?:^|[/.])(?:bit\.ly|tinyurl\.com|t\.co|lnkd\.in|rebrand\.ly|goo\.gl|ow\.ly|cutt\.ly|is\.gd"
    r"|rb\.gy|shorturl\.at|t\.ly|hubs\.ly|hubs\.la|buff\.ly)(?=/)",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?\n]{0,200}$")
_REST: Final = re.compile(r"[^.!?\n]{0,160}")
_NEXT: Final = 120
"""How many characters behind a call the address that it speaks of may begin."""
_GLUE: Final = (
    r"(?:[^\w.!?]|\b(?:that|which|to|for|with|of|on|at|in|via|through|using|from|by|the|this|a|an|my"
    r"|our|your|you|me"
    r"|us|suits?|works?|best|talk|speak|chat|call|meet|here|below|link|page|calendar|directly|online"
    r"|following|now"
    r"|easily|instead|please|is|are|just|go|visit|use|click|open|anytime|any|time|date|day|minute|min"
    r"|\d{1,3}|portal|form|tool|app|system))"
)
_TAIL: Final = r"[^\w.!?]{0,6}$"
_BOOK_AT: Final = re.compile(
    rf"{_OWN}\b{_VERB}\b[^.!?\n]{{0,50}}?\b(?:times?|slots?|calls?|meetings?|demos?|appointments?|chat"
    rf"|spot|session"
    rf"|consultation|one|here|me|us|yourself|directly|online|day|date|book|schedule)\b{_GLUE}{{0,12}}$"
    rf"|\bfind\s+(?:a|an|some|your)\s+(?:\w+\s+){{0,2}}(?:times?|slots?|dates?|day){_GLUE}{{0,8}}$"
    rf"|\b(?:my|our|the|all|open|free|available|see)\s+(?:\w+\s+)?(?:openings?|times?|slots?"
    rf"|availability){_GLUE}{{0,5}}$"
    rf"|\b(?:(?:mein|unser)\w*\s+kalender|(?:mon|notre)\s+(?:calendrier|agenda)|(?:mi"
    rf"|nuestr[oa])\s+(?:calendario|agenda)|(?:mio|nostro)\s+calendario){_TAIL}"
    rf"|\bbuchen\b[^.!?\n]{{0,40}}\b(?:online|direkt){_TAIL}"
    rf"|\b(?:my|our)\s+(?:calendar|availability|schedule|open\s+(?:slots"
    rf"|times))\b[^\w.!?]{{0,6}}(?:is\s+(?:at|here)\s?)?{_TAIL}"
    r"|(?<![\w-])(?<!\be-)(?<!\bthe )(?<!\ba )(?<!\bour )(?:book|schedule)(?:\s+(?:it|now|here|today"
    r"|online))?\s?(?:at|via|on)?[^\w]{0,8}$"
    rf"|\bto\s+(?:book|schedule|reserve|pick|choose|set\s+up|arrange"
    rf"|find\s+a)\b[^.!?\n]{{0,40}}?\b(?:visit|go\s+to|use|see"
    rf"|open|click|head\s+to|follow|check)\b{_GLUE}{{0,3}}$"
    rf"|\b(?:buchen|reservieren|vereinbaren|wahlen)\b[^.!?\n]{{0,60}}\b(?:unter|hier|uber|auf|via"
    rf"|termin)\b{_TAIL}"
    rf"|\b(?:reservez|choisissez|planifiez|rendez-vous)\b[^.!?\n]{{0,60}}\b(?:ici|sur|via|la)\b{_TAIL}"
    rf"|\b(?:reserv[ae]r?|agend[ae]r?|elij[ae]|elige)\b[^.!?\n]{{0,60}}\b(?:aqui|en)\b{_TAIL}"
    rf"|\bprenot(?:a|i|are|ate)\b[^.!?\n]{{0,60}}\b(?:qui|su)\b{_TAIL}",
    re.IGNORECASE,
)
_BOOK_BEHIND: Final = re.compile(
    r"^[^\w.!?]{0,6}(?:(?:to|where|if)\s+)?(?:(?:you|can|just|could|want|like)\s+){0,3}(?:to\s+)?"
    r"(?:book|schedule|reserve|pick|choose|select|grab)\s+(?:here|now|a|an|your|any|directly|one"
    r"|yourself)\b",
    re.IGNORECASE,
)
_ROOM: Final = re.compile(
    r"(?:^|[/.])(?:zoom\.us/(?:j|my|w|s)/|meet\.google\.com|teams\.(?:microsoft|live)\.com|whereby\.com"
    r"|webex\.com|gotomeet\w*\.)",
    re.IGNORECASE,
)


def link_call(draft: str, *, to_booker: bool) -> str | None:
    """The words with which `draft` sends its reader to a link; None when it does not.

    A call to use a link that is plainly about something else, with that link beside it ("the report is at
    the link below: …"), is none. `to_booker` says that the reader asked for a meeting: then what it is about
    has to be said.
    """
    text = folded(addressed(draft))
    for match in _BOOK_YOURSELF.finditer(text):
        if match["own"] is None:
            return match[0].strip()
    for pattern in (_PLACEHOLDER, _TO_BOOK):
        found = pattern.search(text)
        if found:
            return found[0].strip()
    for match in _TO_USE.finditer(text):
        if not _about_something_else(text, match, to_booker=to_booker):
            return match[0].strip()
    return None


def books_there(placed: PlacedUrl) -> bool:
    """Whether the text around an address tells its reader to book there."""
    if _ROOM.search(placed.url):
        return False
    found = _BOOK_AT.search(folded(placed.before))
    if found is not None and found["own"] is None:
        return True
    return _BOOK_BEHIND.search(folded(placed.behind)) is not None


def _about_something_else(text: str, call: re.Match[str], *, to_booker: bool) -> bool:
    before = _SENTENCE.search(text[: call.start()][-200:])
    after = _REST.match(text, call.end())
    sentence = f"{before[0] if before else ''}{call[0]}{after[0] if after else ''}"
    if _ROOM_LINK.search(call[0]) and not re.search(_VERB, sentence, re.IGNORECASE):
        return True
    told = _SOMETHING_ELSE.search(sentence) is not None
    if _ABOUT_BOOKING.search(_SOMETHING_ELSE.sub(" ", sentence)):
        return False
    address = _ADDRESS.search(text, call.start(), call.end() + _NEXT)
    if address is None:
        return told and "link you" in sentence.lower()
    plain_page = not is_scheduling(address[0]) and not _SHORTENED.search(address[0])
    return plain_page and (told or not to_booker)
