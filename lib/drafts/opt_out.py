"""Whether somebody wants no more messages, by what they write.

Read are English, German, French, Spanish, Italian, Dutch and Portuguese.

Only the writer's own words count. A sentence that tells how one could unsubscribe is a footer, theirs or ours
quoted back, and a question that asks nobody to do it, or a `don't` before the wish, turns it round.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from lib.drafts.invariants.wording import plain
from lib.drafts.opt_out_wishes import WISH

READ: Final = 4_000
"""Characters that are looked at; a wish to be left alone does not come late."""
FIRST_LINES: Final = 2
"""In how many lines a bare word such as `STOP` counts: the first, or the one below a greeting."""
SENTENCE_LIMIT: Final = 400

_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_SIGNATURE: Final = re.compile(r"^--\s*$", re.MULTILINE)
_UNSUBSCRIBE: Final = r"un[\s-]?su[bsc]{1,4}r?[ie]{1,2}be?"
"""With the slips of a hurried thumb."""
_COURTESY: Final = (
    r"(?:please|pls|plz|bitte|svp|s'il\s+vous\s+pla[îi]t|por\s+favor|thanks|thank\s+you|danke|merci|gracias|grazie"
    r"|bedankt|aub|alstublieft|obrigad[oa])"
)
_WORDS: Final = (
    r"(?:(?:please|pls|plz|kindly|bitte|newsletter|graag|por\s+favor),?\s+)?"
    rf"(?:{_UNSUBSCRIBE}(?:\s+(?:me"
    r"|us))?|un-?sub(?:scribe)?|stop(?:\s+(?:it|all|now|please))?"
    r"|stopp?|remove(?:\s+me)?"
    r"|opt[\s-]?out|abmelden|abbestellen|austragen|d[ée]sabonner|d[ée]sabonnement|stop\s+pub|d[ée]sinscrire|d[ée]sinscription|baja"
    r"|cancelar\s+suscripci[óo]n|disiscriv\w+|cancellami|annulla\s+iscrizione|afmelden|uitschrijven"
    r"|descadastrar"
    r"|cancelar\s+(?:inscri[çc][ãa]o|subscri[çc][ãa]o))"
)
_BARE: Final = re.compile(rf"\W*{_WORDS}\W{{0,20}}{_COURTESY}?\W{{0,20}}", re.IGNORECASE)
_INSTRUCTION: Final = re.compile(
    r"^\W*(?:(?:if|falls|wenn|sollten|si|se|als|caso)\b(?!\s+(?:at\s+all\s+)?(?:possible|m[öo]glich|es\s+posible))|(?:to|um|pour|para|per(?!\s+favore)|om)"
    r"\s+(?:\w+\s+){0,4}?(?:unsubscribe"
    r"|stop|opt|abmeld|abbestell|d[ée]s|se\s+d[ée]s|darse|dejar|cancel|disiscri|uit|afmeld|descadast)"
    r"|(?:click|klicken|cliquez|haga\s+clic|clicca|klik|clique)\b"
    r"|you\s+(?:(?:can|may)(?!\s+(?:\w+\s+)?(?:remove|unsubscribe|take|delete|drop)\s+(?:me|us|my|our)\b)"
    r"|are\s+receiving|received)\b"
    r"|sie\s+(?:können|erhalten)\b|vous\s+(?:pouvez|recevez)\b|(?:simply\s+|just\s+)?(?:reply|answer"
    r"|respond|text)\b"
    r"|(?:antworten|répondez|responda|rispondi|antwoord)\b|unsubscribe\s*(?:\||:|<|here|from\s+th(?:is"
    r"|ese)\s+"
    r"(?:list|e-?mails?)\s*[|:<])|(?:unsubscribe|abmelden|afmelden)\s+(?:link|https?:))",
    re.IGNORECASE,
)
_REQUEST: Final = re.compile(
    r"\W*(?:(?:hi|hello|please|and|so|\w+,)\s+){0,2}(?:(?:could|can|would|will)\s+you|kannst\s+du"
    r"|könn(?:t|te)en\s+sie"
    r"|können\s+sie|pou(?:v|rri)ez[\s-]vous|pueden?|podr[íi]an?|potreste|può|kunt\s+u|pode(?:m|riam?)?)\b",
    re.IGNORECASE,
)
"""The questions that are wishes, said politely."""
_TURNED: Final = re.compile(
    r"(?:\b(?:how\s+to|do\s+not|don'?t|dont|did\s+not|didn'?t|never|not|no\s+need\s+to|won'?t|wouldn'?t|cannot"
    r"|can'?t"
    r"|did\s+(?:you|we|i|they)|nicht|nie|noch\s+nicht|n'ai\s+pas|jamais|nunca|non)"
    r"\s+(?:\w+\s+){0,3})$",
    re.IGNORECASE,
)
_MAILS: Final = r"(?:e-?mails?|mails?|messages?|newsletters?|spam|marketing|offers?)"
_OURS: Final = (
    r"(?:my|our)\s+(?!(?:last|previous|earlier|first|second)\s)(?:\w+\s+)?"
    r"(?:e-?mail|mail|address|name|data|details|info|number|company|domain|account)\w*"
)

_WISH: Final = re.compile(
    # English
    rf"\b{_UNSUBSCRIBE}\s+(?:me|us|{_OURS}|this|from\s+(?!our\b)|immediately|now|please|asap)\b"
    rf"|\b(?:please|want\s+to|like\s+to|wish\s+to|kindly|must|now)\s+{_UNSUBSCRIBE}\b"
    r"(?!\s+(?:the|these|those|our)\s+(?!e-?mail|address))"
    r"|\b(?:remove|delete|drop|strike)\s+(?:me|us)(?:\s+(?:from|off|please|now|immediately|asap"
    r"|permanently)\b|\W*$)"
    r"(?!\s+(?:the\s+|this\s+)?(?:cc|copy|loop|invite|meeting|call)\b)"
    rf"|\b(?:remove|delete|drop|strike)\s+(?:{_OURS}|this\s+(?:e-?mail|address|mailbox|account)"
    r"|[\w.+-]{1,64}@[\w.-]{1,190})"
    rf"|\btake\s+(?:me|us|{_OURS}|this\s+(?:e-?mail|address))\s+off\b"
    r"(?!\s+(?:hold|the\s+(?:invoice|quote|order|bill|contract|cc|copy|loop|invit\w+|meeting|call))\b)"
    r"|\b(?:stop|quit|cease)\s+(?:e-?mailing|mailing|contacting|messaging|spamming|texting|bothering"
    r"|harassing|pestering"
    r"|writing(?:\s+to)?)(?:\s+(?:me|us|this|here|now|please)\b|\W*$)"
    rf"|\bstop\s+(?:sending|with)\s+(?:(?:me|us|these|this|those|your|any|more|such|unsolicited|all"
    rf"|the)\s+){{0,3}}{_MAILS}\b"
    r"|\bstop\s+sending\s+(?:me|us|these|this|those)\b|\bstop\s+the\s+(?:spam|e-?mails)\b"
    r"|\b(?:want|wish|like|choose|need|please|hereby|us|me|i'll|will)\s+(?:to\s+)?opt[\s-]?out\b"
    r"(?!\s+of\s+(?:\w+\s+){1,2}(?:plan|contract|clause|trial|renewal|package|tier)\b)"
    r"|\bopt\s+(?:me|us)\s+out\b"
    r"|^\W*opting\s+out\b|\bi\s+(?:am|'m)\s+opting\s+out\b|\bi'm\s+opting\s+out\b"
    r"|\b(?:do\s+not|don't|dont|never)\s+(?:ever\s+)?(?:e-?mail|contact|message|text|call|write(?:\s+to)?"
    r"|bother)\s+(?:me|us"
    r"|this\s+address)(?:\s+(?:again|any\s?more|any\s+further|ever|about|with|at)\b|\W*$)"
    rf"|\bno\s+(?:more|further)\s+(?:of\s+(?:these|your)\s+)?{_MAILS}\b"
    r"(?!\s+(?:from|to)\s+(?!(?:you|your|me|my|us|our|this)\b))"
    r"|\b(?:do\s+not|don't|no\s+longer)\s+(?:want|wish|like)\s+to\s+(?:hear\s+from\s+you"
    r"|be\s+contacted(?!\s+(?:by\s+(?:tele)?phone|before|until|on)\b)"
    rf"|(?:receive|get)\s+(?:any|more|further|your|these|such|{_MAILS}))\b"
    rf"|\b(?:do\s+not|don't)\s+want\s+(?:any\s+(?:more|further)|more|your|these|such)\s+{_MAILS}\b"
    r"|\bcease\s+(?:and\s+desist|(?:all|any|further)\s+(?:\w+\s+)?(?:communication|contact|e-?mail)s?)"
    r"|\bleave\s+(?:me|us)\s+alone\b|[,;]\s*unsubscribe\W*$"
    r"|\b(?:asked|want|like|wish|need|request)\s+to\s+be\s+(?:removed|deleted|unsubscribed|taken\s+off)\b"
    r"|\b(?:removing|taking)\s+(?:me|us)\s+(?:from|off)\s+(?:your|the|this|that|any|all)\b"
    r"|\b(?:wants?|wish(?:es)?)\s+no\s+(?:more|further)\s+(?:contact|communication)\b"
    r"|\bremove\s+from\s+(?:(?:your|the|this|all)\s+)?(?:mailing\s+)?(?:lists?|database)\b"
    r"|\b(?:do\s+not|don't|dont)\s+(?:e-?mail|contact|message|write)(?:\s+(?:me|us))?"
    r"\s+(?:again|any\s?more|further)\b"
    rf"|\b(?:do\s+not|don't|dont)\s+send\s+(?:(?:me|us)\s+)?(?:any\s+)?(?:more|further|any)\s+{_MAILS}\b"
    r"|\brefrain\s+from\s+(?:contacting|e-?mailing|writing|sending)\b|\bwithdraw\s+my\s+consent\b"
    r"|^unsubscribe[.!]+$"
    # German
    r"|\b(?:nehmen|tragen|streichen|löschen|entfernen)\s+sie\s+(?:mich|uns|meine|unsere|diese)\b"
    r".{0,60}\b(?:aus|vo[nm])\b"
    r"|\b(?:löschen|entfernen)\s+sie\s+(?:\w+\s+)?(?:meine|unsere)\s+(?:daten|(?:e-?mail-?)?adresse)"
    r"|\b(?:nimm|nehmt|tragt?|streicht?|lösch\w*|entfern\w*)\s+(?:mich|uns)\b.{0,60}\b(?:aus|vo[nm])\b"
    r"|\bhör(?:t|en\s+sie|)\s+(?:bitte\s+)?auf,?\s+(?:mir|uns|mich)\b"
    r"|\b(?:mich|uns|meine\s+\w+|diese\s+adresse)\s+(?:bitte\s+)?(?:vom|von\s+(?:der|ihrer|eurer)"
    r"|aus\s+(?:dem|der|ihrem|ihrer|eurem))"
    r"\s+(?:\w+\s+)?(?:newsletter|verteiler|liste|mailingliste)\b"
    r"|\bkeine\s+(?:weiteren|neuen|werbe\w*)\s+(?:e-?mails?|nachrichten|werbung|mails)\b(?!\s+(?:erhalten"
    r"|bekommen))"
    r"|\bkeine\s+(?:e-?mails?|nachrichten|werbung|mails)\s+mehr\b"
    r"|\b(?:bitte|möchte|möchten|wünsche|wünschen|will|wollen)\s+(?:\w+\s+){0,3}keine\s+(?:weiteren\s+)?(?:e-?mails?"
    r"|nachrichten|werbung)\b"
    r"|\bnicht\s+(?:mehr|weiter)\s+(?:\w+\s+)?(?:kontaktier|anschreib|schreib|anmail|belästig)\w*"
    r"|\b(?:vom|aus\s+dem)\s+(?:newsletter|verteiler)\s+(?:abmelden|austragen|nehmen|streichen|löschen)"
    r"|\bschreib(?:en\s+sie|t|)\s+(?:mir|uns)\s+(?:bitte\s+)?nicht\s+mehr\b"
    r"|\bkontaktieren\s+sie\s+(?:mich|uns)\s+(?:bitte\s+)?nicht\b"
    r"|\bkeine\s+weiteren?\s+(?:kontaktaufnahme|kontakte?|ansprache)\b"
    r"|\bwiderspreche\s+(?:hiermit\s+)?der\s+(?:\w+\s+)?(?:nutzung|verarbeitung|verwendung)\b"
    r"|\bvon\s+(?:der|ihrer|eurer)\s+liste\s+(?:nehmen|streichen|löschen|entfernen)\b"
    r"|\bmelden\s+sie\s+(?:mich|uns)\s+(?:bitte\s+)?ab\b"
    # French
    r"|\bstop\s+aux\s+(?:e-?mails?|mails?|messages?)\b"
    r"|\barrêtez\s+de\s+(?:m'|(?:me|nous)\s+)(?:envoy|écri|contact|sollicit)\w+"
    r"|\b(?:me|nous|je|veuillez|merci\s+de)\s+(?:\w+\s+){0,3}d[ée]s(?:abonn|inscri)\w+|\bd[ée]s(?:abonn"
    r"|inscri)\w+[\s-](?:moi|nous)\b"
    r"|\bne\s+(?:souhait\w+|veu\w+|voul\w+|désir\w+)\s+plus\s+(?:être|recevoir|de)\b|\bne\s+plus"
    r"\s+(?:recevoir|(?:me|nous|m'|être"
    r"|\w+\s+contact)\w*)"
    r"|\bne\s+(?:me|nous|m'|mé)\s?(?:contact|écri|envoy|sollicit)\w*\s+plus\b"
    r"|\b(?:retir|supprim|enlev|ray)(?:e|er|ez)[\s-](?:moi|nous|mon\s+(?:adresse|e-?mail|nom)|mes\s+\w+)\b"
    r"|\b(?:me|nous)\s+(?:retirer|supprimer|enlever|rayer)\s+de\b|\bplus\s+d'e-?mails\b"
    # Spanish
    r"|\bs[áa]qu\w*(?:me|nos)\s+de\b"
    r"|\b(?:borr|elimin)\w+\s+(?:mis\s+datos|mi\s+(?:correo|direcci[óo]n|e-?mail))\b"
    r"|(?<!\bno\s)\bdej(?:e|en|a|ad)\s+de\s+(?:escrib|envi|mand|contact|molest)\w+"
    r"|\b(?:dar(?:me|nos)|d[ée]n?(?:me|nos))\s+de\s+baja\b|\b(?:quiero|queremos|solicito|deseo)"
    r"\s+(?:la\s+)?baja\b"
    r"|\bno\s+(?:me|nos)\s+(?:contacte|escriba|llame|moleste|mande)\w*\s*(?:m[áa]s|nunca|$|[.!,])"
    r"|\bno\s+(?:me|nos)\s+env[íi]e\w*\s+m[áa]s\b|\b(?:no|dejar\s+de)\s+(?:(?:quiero|queremos|deseo"
    r"|deseamos|quisiera)\s+)?"
    r"(?:seguir\s+)?(?:recibir|recibiendo)\s+(?:m[áa]s|sus|estos|este|correos|mensajes|e-?mails|nada)\b"
    r"|\bno\s+quiero\s+recibir\b"
    r"|\b(?:elim[íi]n|b[óo]rr|qu[íi]t)\w*(?:me|nos)\s+de\s+(?:su|la|esta|tu)\b"
    # Italian
    r"|\b(?:smett\w+|basta)\s+(?:di\s+)?(?:scriver|inviar|mandar|contattar)\w*"
    r"|\bnon\s+(?:contatt|scriv|invi|mand)\w*(?:mi|ci)\s+più"
    r"|\b(?:vorrei|voglio|desidero|chiedo\s+di)\s+essere\s+(?:cancellat|rimoss|eliminat)\w+"
    r"|\b(?:cancell|rimuov|elimin|tolg|togli)\w*(?:mi|ci)\b|\b(?:mi|ci)\s+(?:cancell|rimuov|elimin"
    r"|tolg)\w+\b"
    r"|\b(?:cancell|rimuov|elimin|togli)\w+\s+(?:il\s+mio|la\s+mia|i\s+miei|questo)"
    r"\s+(?:indirizzo|e-?mail|mail|nome|nominativo|contatto|dati)\b"
    r"|\bnon\s+(?:voglio|vogliamo|desidero|desideriamo|vorrei)\s+(?:più\s+)?(?:ricevere"
    r"|essere\s+contattat\w+)\b"
    r"|\bnon\s+(?:mi|ci)\s+(?:scriv|contatt|invi|mand|disturb)\w+\s+(?:più|altr\w+)|\bdisiscriv\w+(?:mi"
    r"|ci)\b"
    # Dutch
    r"|\bstop\s+met\s+(?:mailen|schrijven|sturen)\b|\bgeen\s+(?:e-?mails?|berichten)\s+meer"
    r"\s+(?:ontvangen|krijgen)"
    r"|\b(?:schrijf|meld)\s+(?:mij|me|ons)\s+(?:\w+\s+){0,3}(?:uit|af)\b|\b(?:wil|graag|wens)"
    r"\s+(?:\w+\s+){0,4}(?:uitschrijven|afmelden)\b"
    r"|\b(?:verwijder|haal)\s+(?:mij|me|ons|mijn\s+\w+)\b.{0,40}\b(?:lijst|bestand|mailing|verzendlijst"
    r"|nieuwsbrief)\w*"
    r"|\bgeen\s+(?:e-?mails?|mails?|berichten|reclame)\s+meer\b|\bniet\s+meer\s+(?:\w+\s+)?(?:mailen"
    r"|benaderen|contacteren|schrijven)\b"
    r"|\bmail\s+(?:mij|me|ons)\s+niet\s+meer\b"
    # Portuguese
    r"|\bparem?\s+com\s+(?:os|as|esses|essas)\s+(?:e-?mails|mensagens)\b"
    r"|\bcancel\w+\s+(?:a\s+)?(?:minha|nossa)\s+(?:inscrição|assinatura|subscrição)\b"
    r"|\b(?:remov|retir|exclu|descadastr|tir)\w*(?:-(?:me|nos)|\s+(?:o\s+)?meu\s+(?:e-?mail|nome|contato"
    r"|endereço))\b"
    r"|\b(?:me|nos)\s+(?:remov|retir|exclu|descadastr|tir)\w+\s+(?:d[aeo]|dessa|desta|sua)"
    r"|\bnão\s+(?:quero|queremos|desejo|desejamos|gostaria\s+de)\s+(?:mais\s+)?(?:receber"
    r"|ser\s+contatad\w+|ser\s+contactad\w+)\b"
    r"|\bnão\s+(?:me|nos)\s+(?:envi|contat|contact|escrev|mand|ligu)\w+\s+mais\b|\bparem?\s+de"
    r"\s+(?:me\s+|nos\s+)?(?:envi|mand|escrev|contat)\w+",
    re.IGNORECASE,
)  # fmt: skip
_SUBJECT: Final = re.compile(
    rf"\W*(?:(?:re|aw|sv|tr|rv)\s?:\s*)?{_WORDS}(?:\s+(?:request|from\s+(?:the\s+|this\s+"
    rf"|your\s+)?(?:mailing\s+)?list|[\w.+-]+@[\w.-]+))?\W*",
    re.IGNORECASE,
)  # fmt: skip


def opt_out_in(text: str, subject: str | None = None) -> str | None:
    """The words that say that the sender wants no more messages; None when none do."""
    asked = _unsubscribing(subject)
    if asked is not None:
        return asked
    own = _own_words(text)
    for line in [line for line in own.split("\n") if line.strip()][:FIRST_LINES]:
        if _BARE.fullmatch(line):
            return line.strip()
    return next(filter(None, map(_wish, _sentences(own))), None)


def _unsubscribing(subject: str | None) -> str | None:
    """A subject that says it and nothing else: what a mail program writes for its button (RFC 2369, §3.2)."""
    line = plain(subject or "").strip()
    return line if line and len(line) <= SENTENCE_LIMIT and _SUBJECT.fullmatch(line) else None


def _own_words(text: str) -> str:
    lines = (line for line in plain(text[:READ]).split("\n") if not line.lstrip().startswith(">"))
    return _SIGNATURE.split("\n".join(lines), maxsplit=1)[0]


def _sentences(text: str) -> Iterator[str]:
    for found in _SENTENCE.finditer(text):
        sentence = found.group().strip()
        asks = sentence.endswith("?") and not _REQUEST.match(sentence)
        if sentence and not asks and not _INSTRUCTION.match(sentence):
            yield sentence[:SENTENCE_LIMIT]


def _wish(sentence: str) -> str | None:
    """The words of a wish that no `don't` turns round."""
    for found in chain(_WISH.finditer(sentence), WISH.finditer(sentence)):
        if not _TURNED.search(sentence[max(0, found.start() - 60) : found.start()]):
            return found.group().strip()
    return None
