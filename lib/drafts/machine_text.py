"""Whether a machine wrote a message, by its subject and text: for programs that set none of the headers.

A guess, so it asks for much: a subject that begins as programs begin theirs, never one with a `Re:` before
it; a text that says of itself that it is automatic; or an absence note with two of its usual phrases and no
question. Somebody who writes `I was out of office last week, let's meet` is a person.
"""

import re
from typing import Final

from lib.drafts.invariants.wording import plain

READ: Final = 2_000
"""Characters of the text that are looked at."""
PHRASES_NEEDED: Final = 2

_ENDS: Final = (
    r"(?=\s*(?:$|[:\[(|]|re\s?:|aw\s?:|auto|message|notif|repl|notice|until|till|from|bis"
    r"|jusqu|hasta|fino|tot|t/m|até|\d))"
)
"""How a program goes on after the words that it begins with: a person forms a sentence."""
_SUBJECT: Final = re.compile(
    r"\W*(?:\[[^\]]{1,40}\]\s*)?(?:"
    rf"auto(?:matic|mated|matische|matisch|m\.)?[\s:-]{{0,3}}(?:e-?mail\s+)?(?:reply|response|answer"
    rf"|antwort|antwoord){_ENDS}"
    rf"|out\s+of\s+(?:the\s+)?office{_ENDS}|(?:i'm\s+|i\s+am\s+)?(?:currently\s+)?(?:away|on"
    rf"\s+(?:vacation|holiday|leave))"
    r"(?=\s*(?:$|:|until|till|\d))"
    rf"|abwesenheits\w+|abwesend{_ENDS}"
    r"|abwesenheit\b|ooo\s?:|autom\w*\s+abwesenheit"
    r"|.{1,60}\sis\s+(?:currently\s+)?out\s+of\s+(?:the\s+)?office\W*$|(?:vacation|holiday)"
    r"\s+(?:auto-?)?(?:reply|message)\b"
    r"|urlaub\s*:|autosvar\b|automatisk\s+sv[ae]r\b|automatická\s+odpověď|automatyczna\s+odpowiedź"
    rf"|au(?:ß|ss)er\s+haus{_ENDS}"
    rf"|(?:ich\s+bin\s+)?(?:zur\s?zeit\s+|derzeit\s+|momentan\s+)?nicht\s+im\s+(?:büro|haus|office){_ENDS}"
    r"|r[ée]ponse\s+automatique|absence\s+du\s+bureau|message\s+d'absence"
    rf"|absente?(?:\s+du\s+bureau)?{_ENDS}"
    r"|respuesta\s+autom[áa]tica|fuera\s+de\s+la\s+oficina|mensaje\s+de\s+ausencia"
    r"|ausente\s+de\s+la\s+oficina"
    rf"|risposta\s+automatica|fuori\s+(?:ufficio|sede){_ENDS}|assenza\s+dall'ufficio"
    rf"|automatisch\s+antwoord|afwezigheid\w*|afwezig{_ENDS}"
    r"|resposta\s+autom[áa]tica|fora\s+do\s+escrit[óo]rio|mensagem\s+de\s+aus[êe]ncia"
    r"|undeliver(?:able|ed)\s*(?::|mail\s+returned)|delivery\s+status\s+notification\b"
    r"|mail\s+delivery\s+(?:failed|failure|sub)"
    r"|returned\s+mail:|failure\s+notice\W*$|unzustellbar\s*:|non\s+remis\s*:"
    r"|no\s+se\s+puede\s+entregar\s*:"
    r")",
    re.IGNORECASE,
)  # fmt: skip
_SELF: Final = re.compile(
    r"(?:^|[.!:]\s)\W{0,5}(?:please\s+note[:,]?\s+(?:that\s+)?)?(?:"
    r"th(?:is|e\s+following)\s+is\s+an?\s+auto(?:matic|mated|matically|-?)[\s-]?(?:generated\s+|system\s+)?"
    r"(?:reply|response|e-?mail|message|mail|answer|notification|acknowledg|confirmation)"
    r"|this\s+(?:e-?mail|message|mail)\s+(?:was|is|has\s+been)\s+(?:automatically\s+(?:generated|sent)"
    r"|generated\s+automatically"
    r"|sent\s+(?:automatically|from\s+an?\s+(?:unmonitored|unattended|no-?reply)))"
    r"|(?:please\s+)?do\s+not\s+(?:reply|respond)(?:\s+directly)?\s+to\s+this\s+(?:e-?mail|message|mail"
    r"|mailbox)"
    r"(?=\s*(?:[.!]|$|\s(?:as|because|since)\b))"
    r"|(?:dies|das)\s+ist\s+eine\s+automati\w+|diese\s+(?:e-?mail|nachricht)\s+wurde\s+automatisch\b"
    r"|(?:bitte\s+)?antworten\s+sie\s+(?:bitte\s+)?nicht\s+auf\s+diese\b"
    r"|ceci\s+est\s+(?:une\s+r[ée]ponse|un\s+(?:message|e-?mail|courriel))\s+automatique"
    r"|ce\s+message\s+(?:a\s+été|est)\s+(?:généré|envoyé)\s+automatiquement"
    r"|merci\s+de\s+ne\s+pas\s+répondre\s+à\s+ce\b"
    r"|[ée]st[ea]?\s+es\s+(?:una\s+respuesta|un\s+(?:mensaje|correo))\s+autom[áa]tic[oa]"
    r"|este\s+(?:mensaje|correo)\s+(?:ha\s+sido|fue)\s+generado\s+autom[áa]ticamente"
    r"|questa\s+è\s+una\s+risposta\s+automatica|questo\s+(?:è\s+un\s+messaggio\s+automatico"
    r"|messaggio\s+è\s+stato\s+generato\s+automaticamente)"
    r"|dit\s+is\s+een\s+automatisch|deze\s+e-?mail\s+is\s+automatisch"
    r"|est[ae]\s+é\s+uma?\s+(?:resposta|mensagem|e-?mail)\s+autom[áa]tic[oa]"
    r")",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip
_CHALLENGE: Final = re.compile(
    r"\byour\s+(?:message|e-?mail)\s+(?:to\s+\S{1,100}\s+)?(?:is|has\s+been|was)\s+(?:being\s+)?(?:held"
    r"|quarantined)\b"
    r"|\b(?:click|follow|complete|reply|use)\b[^.\n]{0,120}\b(?:so\s+that|to\s+have|to\s+ensure"
    r"|to\s+prove|to\s+verify|to\s+confirm)"
    r"[^.\n]{0,80}\b(?:delivered|human|real\s+person|not\s+(?:a\s+)?(?:spam|robot|bot)|legitimate\s+sender)"
    r"|\b(?:spam\s?arrest|boxbe|mailblocks)\b|\bsender\s+verification\b[^.\n]{0,80}\brequired\b",
    re.IGNORECASE,
)  # fmt: skip
_AWAY: Final = re.compile(
    r"\b(?:i\s+am|i'm|i\s+will\s+be|i'll\s+be|we\s+are)\s+(?:currently\s+|now\s+)?(?:out\s+of"
    r"\s+(?:the\s+)?office|away|on\s+"
    r"(?:\w+\s+)?(?:leave|vacation|holidays?)|travell?ing)\b|\bcurrently\s+out\s+of"
    r"\s+(?:the\s+)?office\b|\bthe\s+office\s+is\s+closed\b"
    r"|\b(?:nicht\s+im\s+(?:büro|haus)|abwesend|im\s+urlaub|in\s+elternzeit|außer\s+haus)\b"
    r"|\b(?:absente?|en\s+congés?|en\s+déplacement)\b|\b(?:fuera\s+de\s+la\s+oficina|de\s+vacaciones"
    r"|ausente)\b"
    r"|\b(?:fuori\s+(?:ufficio|sede)|in\s+ferie|assente)\b|\b(?:afwezig|op\s+vakantie|niet\s+aanwezig)\b"
    r"|\b(?:fora\s+do\s+escrit[óo]rio|de\s+férias)\b",
    re.IGNORECASE,
)  # fmt: skip
_PHRASES: Final = (
    re.compile(
        r"(?:\A|[.!\n])\W*(?:(?:hello|hi|dear\s+\w+|guten\s+tag|hallo|bonjour|hola|buongiorno"
        r"|olá)\W+)?(?:many\s+thanks|thank\s+you|thanks|vielen\s+dank"
        r"|danke|herzlichen\s+dank|merci|gracias|grazie|bedankt|dank|obrigad[oa])"
        r"\s+(?:\w+\s+){0,3}(?:e-?mail|mail|message|note|nachricht"
        r"|mensaje|correo|messaggio|bericht|mensagem|contacting|your\s+interest|courriel)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:limited|no|intermittent|sporadic|restricted)\s+access\s+to\s+(?:my\s+)?(?:e-?mails?"
        r"|mails?)\b|\bnot\s+(?:be\s+)?(?:checking|reading)"
        r"\s+(?:my\s+)?e-?mails?\b|\b(?:nur\s+)?(?:eingeschränkt|keinen)\s+zugriff\b|\bnicht"
        r"\s+(?:gelesen|weitergeleitet)\b|\baccès\s+limité\b"
        r"|\bacceso\s+limitado\b|\baccesso\s+limitato\b|\bacesso\s+limitado\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:will|shall|i'll|we'll)\s+(?:\w+\s+){0,2}(?:respond|reply|answer|get\s+back|be\s+answered)\b"
        r"[^.\n]{0,40}\b(?:when|upon|after|once|as\s+soon\s+as|on\s+my\s+return)\b|\bupon\s+my\s+return\b"
        r"|\bafter\s+(?:that|my\s+return)\b|\bwerde\s+(?:ich\s+)?[^.\n]{0,80}\b(?:beantworten|melden)\b"
        r"|\bnach\s+meiner\s+rückkehr\b"
        r"|\bdès\s+mon\s+retour\b|\bà\s+mon\s+retour\b|\ba\s+mi\s+(?:regreso|vuelta)\b"
        r"|\bal\s+mio\s+rientro\b|\bna\s+mijn\s+terugkeer\b"
        r"|\bquando\s+(?:eu\s+)?(?:voltar|retornar)\b|\bao\s+retornar\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:urgent|emergency|immediate\s+(?:assistance|help|attention))\b|\bdringend\w*\b"
        r"|\beilig\w*\b|\burgen(?:ce|te|t|ti|za|cia)\b"
        r"|\bin\s+my\s+absence\b|\bspoed\b|\bvertretung\b",
        re.IGNORECASE,
    ),
)  # fmt: skip


def machine_text(subject: str | None, body: str) -> str | None:
    """The words that tell that a machine wrote it; None for a person's."""
    head = plain(subject or "")[:READ].strip()
    found = _SUBJECT.match(head)
    if found and not _asks(head[found.end() :]):
        return found.group().strip()
    text = plain(body[:READ])
    said = _SELF.search(text) or _CHALLENGE.search(text)
    return said.group().strip() if said else _absence_note(text)


def _asks(rest: str) -> bool:
    """Whether a subject goes on to a question of its own, not to a subject that a program repeats."""
    return rest.endswith("?") and ":" not in rest


def _absence_note(text: str) -> str | None:
    away = _AWAY.search(text)
    if away is None or "?" in text:
        return None
    phrases = sum(phrase.search(text) is not None for phrase in _PHRASES)
    return away.group() if phrases >= PHRASES_NEEDED else None
