"""Ways to ask for silence that name no list: by right, by complaint, by a ban on any further word.

Each is a class of phrasing, a few verbs times a few objects, and beside the sentences of opt_out.py. Every
repetition is bounded, and what is looked at is one sentence.
"""

import re
from typing import Final

_NOT: Final = r"(?:do\s+not|don'?t|never|no\s+longer|not\s+to|stop|quit|cease)"
_CONTACT: Final = r"(?:contact|e-?mail|mail|write|follow|chas|messag|call|approach|reach|solicit)\w*"
_TO_US: Final = r"(?:me|us|this\s+(?:e-?mail\s+)?address|this\s+(?:office|inbox|mailbox))"
_NOT_FOR_NOW: Final = (
    r"(?!\s+(?:this\s+(?:week|month|quarter|year|morning|afternoon)|next|until|before|today|tomorrow)\b)"
)
_MAILS: Final = r"(?:e-?mails?|mails?|messages?|newsletters?|offers?|spam|marketing|communications?|contact)"
_LETTERS: Final = r"(?:e-?mails?|mails|messages|newsletters?|spam|communications?)"
_AGAIN: Final = r"(?:ever\s+again|again|any\s?more|any\s+further|any\s+longer)"
_ERASURE: Final = (
    r"(?:erasure|deletion|removal|löschung|suppression|effacement|supresi[óo]n|eliminaci[óo]n|cancellazione"
    r"|rimozione|verwijdering|elimina[çc][ãa]o|exclus[ãa]o|remo[çc][ãa]o|apagamento)"
)
_ASK: Final = (
    r"(?:request|demand|require|exercise|verlange|fordere|beantrage|demande|exige|solicito|exijo|pido"
    r"|chiedo|richiedo|verzoek|peço)"
)
_DATA_OF_MINE: Final = (
    r"(?:personal\s+(?:data|information)|(?:my|our)\s+(?:\w+\s+)?(?:data|details|information)|meiner\s+\w+"
    r"|mes\s+\w+|mis\s+datos|miei\s+dati|mijn\s+\w+|(?:meus|nossos)\s+dados)"
)
_STOPLIST: Final = (
    r"(?:do[\s-]not[\s-](?:contact|e?-?mail|call)|no[\s-]contact|suppression|opt[\s-]?out|unsubscribe|exclusion|block"
    r"|black|stop)[\s-]?list"
)

WISH: Final = re.compile(
    # By right
    rf"\b{_ASK}\b.{{0,40}}\b{_ERASURE}\b.{{0,40}}\b{_DATA_OF_MINE}"
    r"|\b(?:i|we)\s+(?:\w+\s+)?object\s+to\s+(?:the\s+|any\s+|your\s+)?(?:further\s+)?(?:processing|use|direct\s+marketing)\b"
    r"|\b(?:delete|erase|remove|destroy)\s+(?:everything|(?:all|any)\s+(?:\w+\s+){0,3})\s?(?:that\s+)?you"
    r"\s+(?:hold|have|keep|store)\s+(?:on|about)\s+(?:me|us)\b"
    r"|\b(?:supprim|effac)\w+\s+(?:\w+\s+){0,2}mes\s+(?:\w+\s+)?(?:donn[ée]es|coordonn[ée]es)\b"
    r"|\b(?:have\s+no|do\s+not\s+have|don't\s+have|never\s+had|without)\s+(?:my\s+|our\s+|any\s+)?(?:permission"
    rf"|consent)\s+to\s+{_CONTACT}|^\W*(?:please\s+)?desist\W*$"
    # Onto the list of those who are left alone
    rf"|\b(?:add|put|place)\s+(?:me|us|my|our|this)\b.{{0,40}}\b{_STOPLIST}"
    r"|\b(?:blacklist|blocklist|suppress)\s+(?:me|us|my|our|this)\b"
    # No further word
    rf"|\b{_NOT}\s+(?:ever\s+)?{_CONTACT}(?:\s+(?:to|up|out|with)){{0,2}}(?:\s+{_TO_US})?\s+{_AGAIN}\b{_NOT_FOR_NOW}"
    rf"|\bno\s+longer\s+{_CONTACT}\s+(?:to\s+)?{_TO_US}\b(?!\s+(?:at|on|by|via|before|until)\b)"
    r"|\bstop\s+(?:following\s+up|chasing|pestering|reaching\s+out)\b"
    r"(?!\s+(?:with\s+|on\s+)?(?:the|our|my|every|his|her|their)\b)"
    rf"|\b(?:do\s+not|don't|dont)\s+bother\s+{_TO_US}\b"
    r"|\b(?:prefer|rather|want|wish|like)\s+not\s+(?:to\s+)?(?:hear\s+from\s+you|be\s+contacted\s+(?:again|any)"
    rf"|(?:receive|get)\s+(?:these|such|any|your|more)\s+(?:\w+\s+){{0,2}}{_MAILS})\b"
    r"|\bmake\s+sure\s+(?:that\s+)?(?:i|we)\s+(?:do\s+not|don't|never)\s+(?:get|receive|hear)\b.{0,30}"
    r"\b(?:more|again|these|you)\b"
    r"|\blose\s+my\s+(?:number|e-?mail|address|contact)\b|(?:^|[,;]\s*)(?:please\s+)?remove\W*$"
    rf"|\b(?:discontinue|end)\s+(?:these|this|your|all)\s+(?:\w+\s+)?(?:{_LETTERS}|sequence)\b"
    rf"|\benough\s+(?:with|of)\s+(?:the|these|your)\s+{_LETTERS}\b"
    r"|\berase\s+(?:my|our)\s+(?:\w+\s+)?(?:data|details|information|address)\b"
    r"|\b(?:do\s+not|don'?t)\s+(?:reach\s+out|contact|e-?mail|write)\b.{0,20}\bin\s+(?:the\s+)?future\b"
    rf"|\bif\s+you\s+(?:did\s+not|didn't|would\s+not|wouldn't)\s+{_CONTACT}\s+{_TO_US}\s+{_AGAIN}\b"
    r"|\btake\s+(?:\w+\s+){1,3}and\s+(?:me|us)\s+off\s+(?:the|your|this)\s+(?:\w+\s+)?list\b"
    # Asked before
    r"|\b(?:asked|told|requested)\s+(?:\w+\s+){0,4}to\s+(?:be\s+(?:removed|taken\s+off|unsubscribed|deleted)"
    r"|remove\s+(?:me|us))\b"
    r"|\b(?:asked|told)\s+(?:you|your\s+\w+)\s+(?:\w+\s+){0,3}to\s+stop\s+(?:e-?mailing|writing|contacting)\b"
    r"|\bto\s+be\s+opted\s+out\b"
    r"|\bi\s+(?:have\s+)?(?:already\s+)?(?:unsubscribed|opted\s+out)\b(?!\s+(?:from|of)\s+(?!(?:this|your|these|all)\b)).{0,60}\bstill\s+(?:\w+\s+){0,2}"
    r"(?:writ|e-?mail|mail|send|get|receiv|contact)\w*"
    r"|\b(?:one|another|any|a\s+single)\s+more\s+(?:e-?mail|mail|message)\b.{0,60}\b(?:report|block|sue|lawyer"
    r"|legal|complain)\w*\b(?!\s+back\b)"
    # German
    r"|\bvon\s+(?:ihnen|euch|dir)\s+nichts\s+mehr\b|\bnichts\s+mehr\s+von\s+(?:ihnen|euch|dir)\b"
    r"|\bvon\s+(?:weiteren?\s+)?(?:zuschriften|nachrichten|e-?mails|mails|kontaktaufnahmen?|schreiben|werbung)"
    r"\s+(?:ab\b|abzusehen|absehen)"
    r"|\blass(?:en|t)?\s+(?:sie\s+)?(?:mich|uns)\s+(?:\w+\s+)?in\s+(?:ruhe|frieden)\b(?!\s+(?:dar[üu]ber|nach|überleg))"
    r"|\b(?:bitte|mich|uns)\s+aus\s+(?:der|dem|ihrer|ihrem|eurer|eurem)\s+(?:\w+\s+)?(?:liste|verteiler"
    r"|datenbank|kartei)\s+(?:entfernen|löschen|streichen|nehmen|austragen)"
    r"|\bbitte\w*\s+(?:\w+\s+)?um\s+(?:die\s+)?löschung\s+(?:meiner|unserer)\b"
    r"|^\W*(?:bitte\s+)?nicht\s+mehr\s+(?:bei\s+(?:mir|uns)\s+)?melden\W*$"
    r"|\bunterlassen\s+sie\s+(?:bitte\s+)?(?:weitere|diese|jede|jegliche)\b"
    # French
    r"|\bcessez\s+de\s+(?:m'|(?:me|nous)\s+)\w+"
    r"|\barr[êe]te[zr]?\s+de\s+(?:m'|(?:me|nous)\s+)(?:envoy|[ée]cri|contact|sollicit|spamm)\w*"
    r"|\blaisse[zr]?[\s-](?:moi|nous)\s+tranquilles?\b"
    # Spanish
    r"|\b(?:quit|borr|elimin|retir|saqu)\w+\s+(?:mi|nuestr[oa])\s+(?:correo|direcci[óo]n|nombre|e-?mail|contacto)\b"
    r"|\bno\s+(?:quiero|queremos|deseo|deseamos)\s+que\s+(?:me|nos)\s+(?:contact|escrib|llam|env[íi]|mand)\w+"
    r"\s+(?:m[áa]s|otra\s+vez|de\s+nuevo|nunca)\b"
    r"|\bd[ée]j\w{1,4}(?:me|nos)\s+en\s+paz\b"
    r"|\bya\s+no\s+(?:quiero|queremos|deseo)\s+(?:sus|m[áa]s|estos|recibir)\b"
    # Italian
    r"|\bbasta\s+(?:con\s+)?(?:(?:le|i|queste|questi|vostre|vostri)\s+){0,2}(?:e-?mails?|mail|messaggi|spam"
    r"|pubblicità)\b|\blasciate(?:mi|ci)\s+in\s+pace\b"
    # Dutch
    r"|\bgeen\s+contact\s+meer\b(?!\s+(?:gehad|met)\b)|\blaat\s+(?:me|mij|ons)\s+met\s+rust\b"
    r"|^\W*verwijder\s+(?:mij|me|ons)\W*$|\bschrijf\s+(?:me|mij|ons)\s+niet\s+meer\b"
    # Portuguese
    r"|\bapag\w+\s+(?:os\s+)?(?:meus|nossos)\s+dados\b"
    r"|\bdeixem?[\s-](?:me|nos)\s+em\s+paz\b",
    re.IGNORECASE,
)  # fmt: skip
