"""Whether a mail says more than what was read out of it: then a person has to see the answer first.

Rules read one wish. A mail that takes it back, ties it to a condition or turns to another matter looks the
same to them, so words that do so are enough to ask for a person; one asked in vain costs little.
"""

import re
from typing import Final

from lib.drafts.composer import Extract, Intent
from lib.drafts.invariants.wording import plain
from lib.drafts.timezones import timezone_in

READ: Final = 2_000
"""Characters that are looked at."""

_SIGNATURE: Final = re.compile(r"^--\s*$", re.MULTILINE)
_COURTESY: Final = re.compile(
    r"\blet\s+(?:me|us)\s+know\s+if\b[^.!?\n]*|\b(?:do\s+not|don't)\s+hesitate\b[^.!?\n]*"
    r"|\bif\s+(?:that|it|this)(?:'s|\s+is)?\s+(?:still\s+)?(?:ok|okay|fine|works?|suits?|possible|good)\b"
    r"|\bno\s+(?:problem|worries)\b|\bcan't\s+wait\b|\bwhy\s+not\b"
    r"|[^.!?\n]*\b(?:intended\s+(?:recipient|solely|only)|confidential|privileged|disclaimer)\b[^.!?\n]*",
    re.IGNORECASE,
)
"""What says nothing about the wish: phrases of politeness, and what a company puts below each mail."""
_DECLINED: Final = re.compile(
    r"\bnot\s+(?:\w+\s+)?interested\b|\bno,?\s+(?:thanks?|thank\s+you)\b|\bnot\s+(?:a\s+(?:good\s+)?fit|for\s+us)\b"
    r"|\bno\s+longer\b|\bno\s+need\b|\bnicht\s+interessiert\b|\bkein\s+(?:interesse|bedarf)\b"
    r"|\bnein,?\s+danke\b|\bpas\s+(?:du\s+tout\s+)?(?:int[ée]ress[ée]\w*|besoin)\b|\bnon,?\s+merci\b"
    r"|\bno,?\s+gracias\b|\bno\s+(?:me|nos)\s+interesa\b",
    re.IGNORECASE,
)
"""The words of a decline itself."""
_TURNS: Final = re.compile(
    r"\b(?:not|never|nothing|none|cannot|but|however|unless|except|if|although|though|instead|unfortunately"
    r"|cancel\w*|stop|scratch\s+that|used\s+to|would\s+have|taken|taken\s+back|until)\b|n't\b"
    r"|\b(?:refund|invoice|contract|agreement|lawyer|legal|lawsuit|sue|court|gdpr|complain\w*|outage|broken|urgent"
    r"|sign|buy|purchase|order|licen[cs]e\w*|delet(?:e|ion)|personal\s+data|my\s+data)\b"
    r"|\b(?:nicht|nie|kein\w*|aber|jedoch|außer|falls|wenn|sondern|leider|stattdessen|absag\w*|stornier\w*"
    r"|vertrag\w*|rechnung\w*|anwalt\w*|kündig\w*|beschwer\w*|lösch\w*|bestell\w*)\b"
    r"|\b(?:pas|jamais|aucun\w*|mais|sauf|cependant|malheureusement|plutôt|annul\w*|contrat\w*|factur\w*"
    r"|avocat\w*|résili\w*|supprim\w*|command\w*)\b"
    r"|\b(?:no|nunca|ningun\w*|pero|salvo|excepto|lamentablemente|anular|contrato|abogado|borrar|pedido)\b",
    re.IGNORECASE,
)


def second_thoughts(inbound: str, extract: Extract) -> str | None:
    """The words for which a person has to see the answer to `inbound`; None when it says one plain thing."""
    own = _SIGNATURE.split(plain(inbound[:READ]), maxsplit=1)[0]
    own = _COURTESY.sub(" ", own)
    if extract.intent is Intent.DECLINE:
        own = _DECLINED.sub(" ", own)
    found = _TURNS.search(own)
    if found:
        return found.group()
    return _other_zone(own, extract)


def _other_zone(text: str, extract: Extract) -> str | None:
    """The zone that an acceptance names: the offer is in the team's own."""
    return timezone_in(text) if extract.intent is Intent.ACCEPT_OFFER else None
