"""What sort of message an inbound is: the tag that its lead gets (domain §1), by rules alone."""

import re
from enum import StrEnum
from typing import Final

from lib.drafts.composer import Extract, Intent
from lib.drafts.invariants.wording import plain


class LeadTag(StrEnum):
    """The tags that the pipeline sets; the team may use others."""

    INTERESTED = "Interested"
    MEETING_REQUESTED = "Meeting Requested"
    CALL_REQUESTED = "Call Requested"
    INFORMATION_REQUESTED = "Information Requested"
    FOLLOW_UP = "Follow Up"
    NOT_INTERESTED = "Not Interested"
    OPT_OUT = "Opt Out"
    AUTOMATED_REPLY = "Automated Reply"
    BLACKLISTED = "Blacklisted"


STOPPED: Final = frozenset({LeadTag.OPT_OUT.value, LeadTag.BLACKLISTED.value, "Blacklist"})
"""Tags that only a message with a wish of its own takes away again."""

_OPT_OUT: Final = re.compile(
    r"\b(?:please\s+|want\s+to\s+|like\s+to\s+|wish\s+to\s+)unsubscribe\b|\bunsubscribe\s+(?:me|us)\b"
    r"|^ ?(?:unsubscribe|stop|remove|abmelden|baja)[^\w\n]{0,20}$"
    r"|\b(?:remove|take|delete)\s+(?:me|us|my\s+(?:e-?mail|address|name|data)\w*)\b(?!\s+through)"
    r"|\bstop\s+(?:e-?mail\w*|contact\w*|writing|sending|messag\w*|spam\w*)"
    r"|\bopt(?:ing)?[\s-]?out\b|\b(?:do\s+not|don't|never)\s+(?:e-?mail|contact|write\s+to"
    r"|message)\s+(?:me|us)\b"
    r"|\bno\s+more\s+(?:e-?mails|messages)\b"
    r"|\b(?:bitte\s+)?(?:nehmen|tragen|streichen|löschen)\s+sie\s+(?:mich|uns|meine)\b.{0,60}\b(?:aus"
    r"|von|verteiler|liste|daten)"
    r"|\bkeine\s+(?:weiteren\s+)?(?:e-?mails|nachrichten|werbung)\b|\bnicht\s+(?:mehr"
    r"|weiter)\s+(?:kontaktier|anschreib|schreib)\w*"
    r"|\b(?:vom|aus\s+dem)\s+(?:newsletter|verteiler)\s+(?:abmelden|austragen|nehmen|streichen)"
    r"|\bd[ée]s(?:abonn|inscri)\w+|\bne\s+(?:plus|pas)\s+(?:me|nous|recevoir)\b"
    r"|\bne\s+me\s+contactez\s+plus\b"
    r"|\bretire[rz][\s-]moi\b|\bdar(?:me|nos)\s+de\s+baja\b|\bd[ée]n?me\s+de\s+baja\b"
    r"|\bno\s+(?:me|nos)\s+(?:contacte\w*|escriba\w*|env[íi]e\w*)\b|\bno\s+quiero\s+recibir\b",
    re.IGNORECASE | re.MULTILINE,
)
_AUTOMATED_SUBJECT: Final = re.compile(
    r"^\s*(?:auto(?:matic|mated|matische|matisch)?[\s:-]*(?:reply|response|antwort)"
    r"|out\s+of\s+(?:the\s+)?office"
    r"|abwesen\w*|abwesenheitsnotiz|r[ée]ponse\s+automatique|absence\s+du\s+bureau|respuesta\s+autom[áa]tica"
    r"|fuera\s+de\s+la\s+oficina|undeliver\w*|delivery\s+status\s+notification|mail\s+delivery\s+fail\w*)",
    re.IGNORECASE,
)
_AUTOMATED_BODY: Final = re.compile(
    r"\bthis\s+is\s+an?\s+auto(?:matic|mated|matically)\b|\bdo\s+not\s+reply\s+to\s+this\s+(?:e-?mail"
    r"|message)\b"
    r"|\bdies\s+ist\s+eine\s+automatische?\b|\bceci\s+est\s+(?:une\s+r[ée]ponse|un\s+message)\s+automatique\b"
    r"|\b[ée]ste?\s+es\s+(?:una\s+respuesta|un\s+mensaje)\s+autom[áa]tic[oa]\b",
    re.IGNORECASE,
)
_CALL: Final = re.compile(
    r"\b(?:call|phone|ring|anruf\w*|telefon\w*|appel\w*|llamad\w*|llamar\w*)\b", re.IGNORECASE
)
_INFORMATION: Final = re.compile(
    r"\b(?:information\w*|info|details?|brochure|pdf|deck|documentation|case\s+stud(?:y|ies)"
    r"|how\s+(?:does|do|much)"
    r"|send\s+(?:me|us)\s+more|unterlagen|wie\s+funktioniert|renseignements|documentation"
    r"|comment\s+fonctionne"
    r"|informaci[óo]n|detalles|c[óo]mo\s+funciona)\b",
    re.IGNORECASE,
)
_INTERESTED: Final = re.compile(
    r"\b(?:interested|sounds\s+(?:good|great|interesting)|looks\s+(?:good|great|interesting)|love\s+to"
    r"|keen|curious"
    r"|interessiert|interessant|klingt\s+gut|int[ée]ress[ée]\w*|int[ée]ressant|interesad[oa]s?"
    r"|interesante|me\s+interesa)\b",
    re.IGNORECASE,
)


def is_opt_out(body: str) -> bool:
    """Whether the sender wants no more messages."""
    return _OPT_OUT.search(plain(body)) is not None


def is_automated(subject: str | None, body: str, automation: str | None) -> bool:
    """Whether a machine wrote it: by its own headers, or by what its subject or text says."""
    return (
        automation is not None
        or _AUTOMATED_SUBJECT.match(plain(subject or "")) is not None
        or _AUTOMATED_BODY.search(plain(body)) is not None
    )


def tag_for(body: str, extract: Extract, before: str | None) -> str:
    """The lead's tag after a person's message that is no opt-out.

    `before` is the tag so far; one that stands for a stop stays unless the message shows a wish of its own.
    """
    found = _wish(plain(body), extract)
    if found is not None:
        return found
    return before if before in STOPPED else LeadTag.FOLLOW_UP


def _wish(text: str, extract: Extract) -> LeadTag | None:
    if extract.intent is Intent.DECLINE:
        return LeadTag.NOT_INTERESTED
    if extract.is_scheduling:
        return LeadTag.CALL_REQUESTED if _CALL.search(text) else LeadTag.MEETING_REQUESTED
    if extract.needs_pricing_answer or _INFORMATION.search(text):
        return LeadTag.INFORMATION_REQUESTED
    return LeadTag.INTERESTED if _INTERESTED.search(text) else None
