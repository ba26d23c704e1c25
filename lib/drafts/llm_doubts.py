"""Why a person has to see what a model wrote, whatever the model thinks of it. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from lib.drafts.composer import Extract
from lib.drafts.conversation import Conversation
from lib.drafts.gate import to_look_at
from lib.drafts.invariants.reply import Reply
from lib.drafts.invariants.urls import same_address, urls_in, without_urls
from lib.drafts.invariants.wording import plain
from lib.drafts.llm_limits import names_unoffered, team_said
from lib.drafts.template_composer import understood

DICTATED_WORDS: Final = 7
"""So many of the mail's words in a row are not a reply to it but a repetition."""

_AMOUNT: Final = re.compile(
    r"[$€£¥]\s?\d[\d.,]{0,40}|(?<![\d.,])\d[\d.,]{0,40}\s?(?:[$€£¥%]"
    r"|(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|percent|prozent)\b)",
    re.IGNORECASE,
)
_CONTACT: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}|(?<![\d+])\+?\d(?:[\s()./-]{0,2}\d){6,40}"
)
_TO_A_MACHINE: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|ignorier\w*|vergiss\w*|ignorez|oubliez|ignora|ignore[ns]?)\b"
    r"[^.\n]{0,60}\b(?:instruct\w*|previous|above|prior|rules?"
    r"|prompts?|anweisung\w*|regeln|consignes?|instruc\w+)"
    r"|\b(?:system|developer)\s*(?:prompt|message|role|instruction\w*|:)|\bprompts?\b"
    r"|\blanguage\s+model\b|\b(?:ai|virtual)\s+(?:assistant|agent|model)\b|\bas\s+an\s+ai\b|\bchat\s?bot\b"
    r"|\b(?:llm|gpt\w*|jailbreak\w*)\b|\b(?:assistant|model|reply|draft|answer)\s+must\b"
    r"|\bnew\s+(?:task|rules?)\b"
    r"|\bconfidence\b[^.\n]{0,30}\d|\bauto[\s-]?(?:send|approve)\w*|\b(?:tool|function)[\s_-]?(?:calls?|use)\b"
    r"|\b(?:final_draft|offeredSlots|acceptedSlotIndex|bookingLink|untrusted)\b"
    r"|[\"'](?:role|decision|facts)[\"']\s*:"
    r"|<\s*/?\s*\|?\s*(?:im_start|im_end|system|assistant|user|tool|function|data|untrusted|instructions?)\b"
    r"|\[/?INST\]|^\s*#{2,}|^\s*-{3,}\s*(?:begin|end)\b|\b(?:begin|end)\s+of\s+(?:mail|message|data|untrusted)",
    re.IGNORECASE | re.MULTILINE,
)
_PROMISE: Final = re.compile(
    r"\b(?:refund|reimburs|discount|rebate|for\s+free|free\s+(?:of|trial|month|year|access)"
    r"|guarant|warrant|contract"
    r"|agreement|promis|invoice|pay(?:s|ing|ment"
    r"|able)?\b|credit|waiv|liab|compensat|apolog|sorry|password|passcode|secret|api\s+key|account|bank|wire|iban"
    r"|crypto|bitcoin|attach|download|install|click|lawyer|legal|sue\b|sign(?:ed|ature)?\b"
    r"|rabatt|gutschrift|erstatt|kostenlos|gratis|garant|vertrag|rechnung|zahl(?:en|ung)|überweis|passwor|konto"
    r"|anhang|herunterlad|rembours|remise|gratuit|contrat|facture|paie|compte|mot\s+de\s+passe|reembols"
    r"|descuent|contrat|factura|pago|contraseña|cuenta)",
    re.IGNORECASE,
)
"""No list of what a mail could talk a model into is whole; these are what would cost something."""


def doubts(reply: Reply, extract: Extract, conversation: Conversation) -> tuple[str, ...]:
    """Each as `code: message`; with any of them a draft is not sent without a person."""
    return tuple(dict.fromkeys((*_of_the_mail(extract, conversation), *_of_the_draft(reply, conversation))))


def _of_the_mail(extract: Extract, conversation: Conversation) -> Iterator[str]:
    """What was asked: read by rules beside the model, which may have been told what to read."""
    by_rules = understood(conversation)
    yield from to_look_at(by_rules, conversation.asked)
    yield from to_look_at(extract, conversation.asked)
    if (by_rules.intent, by_rules.accepted_slot_index) != (extract.intent, extract.accepted_slot_index):
        yield "reads_otherwise: by the rules the mail wants something else than the model says."
    shown = "\n".join(message.subject or "" for message in conversation.messages) + "\n" + conversation.asked
    if _TO_A_MACHINE.search(plain(shown)):
        yield "talks_to_a_machine: the mail has words for a machine in it."


def _of_the_draft(reply: Reply, conversation: Conversation) -> Iterator[str]:
    """What it says: nothing but what the team offers, or said before."""
    known = plain(team_said(conversation)).casefold()
    draft = without_urls(reply.draft)
    if names_unoffered(reply):
        yield "unoffered_time: the draft names a time that the team did not offer."
    if _leads_to_their_scheduler(reply):
        yield "their_link: the draft leads to the lead's own scheduler."
    if _PROMISE.search(plain(draft)):
        yield "promise: the draft speaks of money, contracts, secrets or the like."
    if any(match[0].casefold() not in known for match in _AMOUNT.finditer(draft)):
        yield "foreign_amount: the draft names an amount that the team has not named."
    if any(match[0].casefold() not in known for match in _CONTACT.finditer(draft)):
        yield "foreign_contact: the draft names an address or a number that the team has not named."
    if _dictated(reply):
        yield "dictated: the draft repeats the mail."


def _leads_to_their_scheduler(reply: Reply) -> bool:
    theirs = reply.lead_scheduler_link or ""
    return bool(theirs.strip()) and any(same_address(url, theirs) for url in urls_in(reply.draft))


def _dictated(reply: Reply) -> bool:
    """Whether the draft has a run of the mail's words in it, offered phrases left out."""
    said, drafted = _without_slots(reply.inbound, reply), _without_slots(reply.draft, reply)
    runs = {tuple(said[at : at + DICTATED_WORDS]) for at in range(len(said) - DICTATED_WORDS + 1)}
    return any(
        tuple(drafted[at : at + DICTATED_WORDS]) in runs for at in range(len(drafted) - DICTATED_WORDS + 1)
    )


def _without_slots(text: str, reply: Reply) -> list[str]:
    held = plain(text).casefold()
    for slot in reply.slots:
        held = held.replace(plain(slot).casefold(), " \x00 ")
    return re.findall(r"[\w']+|\x00", held)
