"""Whether a machine wrote a mail, by the mail's own headers: those of a standard before those of a habit."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from lib.inbox.headers import first_value, header_text, raw_values
from lib.inbox.mail import Automation, MachineSign
from lib.inbox.parts import children_of, media_type, parameter
from lib.inbox.report import report_sign
from lib.inbox.storable_text import storable_line
from lib.inbox.structure import MailTree

EVIDENCE_LIMIT: Final = 200
"""Characters of the header that is kept as evidence."""
VALUE_COUNT: Final = 20
"""How many headers of one name are looked at."""

DAEMONS: Final = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon"})
"""Local parts that no person has; `postmaster` may be one's only address."""
PRECEDENCES: Final = {
    "auto_reply": Automation.AUTO_REPLY,
    "auto-reply": Automation.AUTO_REPLY,
    "bulk": Automation.BULK,
    "junk": Automation.BULK,
    "list": Automation.BULK,
}
ANSWERING: Final = (
    *("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-mail-autoreply"),
    *("x-autoreply-from", "x-autoresponse", "x-fc-machinegenerated"),
)
"""Habits of answering programs: there with any value but a no."""
NO: Final = frozenset({"", "no", "false", "none", "0"})
SUPPRESSING: Final = frozenset({"all", "oof", "autoreply"})
"""What a machine asks of others; a person's mail program asks at most for no receipts (DR, RN, NRN)."""
COMMENT: Final = re.compile(r"\([^()]{0,500}\)")
POSTING: Final = re.compile(r"<mailto:([^>?\s]{3,254})[>?]", re.IGNORECASE)
CALENDAR_TEXT: Final = re.compile(
    r"(?:accepted|declined|tentative|angenommen|abgesagt|abgelehnt|zugesagt|accepté|refusé|provisoire"
    r"|aceptad|rechazad|accettat|rifiutat|geaccepteerd|afgewezen|aceit|recusad)",
    re.IGNORECASE,
)
CALENDAR_WORDS: Final = 12
"""Of an answer's text that is a calendar's own: `Ada Lovelace has accepted this invitation.`"""
GOES_ON: Final = re.compile(r"\?|[.,;!\u2013\u2014]\s+\S|\s-\s")
"""What a calendar's one sentence has not: `Accepted. Please send the price list.` is a person's note."""
ANSWERED_SUBJECT: Final = re.compile(
    r"\s*(?:auto(?:matic|mated|matische|matisch)?[\s:-]{0,3}(?:reply|response|antwort|antwoord)"
    r"|out of (?:the )?office"
    r"|abwesen|r[ée]ponse automatique|respuesta autom|risposta autom|resposta autom)",
    re.IGNORECASE,
)
BOUNCED_SUBJECT: Final = re.compile(
    r"undeliver|delivery (?:status|fail)|mail delivery|returned mail|failure notice|not delivered"
    r"|unzustellbar|nicht zugestellt|non remis|no entregado|mancato recapito|onbestelbaar",
    re.IGNORECASE,
)
DELAYED_SUBJECT: Final = re.compile(
    r"\bdelay|\bwarning\b|still being retried|verz[öo]ger|retard|retras", re.IGNORECASE
)

Found = MachineSign | None


def machine_sign(message: MailTree, sender: str, text: str) -> MachineSign | None:
    """What tells that a machine wrote `message`, which came from `sender` and says `text`; None for a person.

    Reports come first, being a format of their own; `Auto-Submitted: no` stands against every habit.
    """
    report = report_sign(message) or _bounce(message, sender) or _calendar(message, text)
    if report is not None:
        return report
    submitted = [_token(value) for value in _values(message, "auto-submitted")]
    told = [value for value in submitted if value]
    if told and all(value == "no" for value in told):
        return _list(message)
    readers: tuple[Callable[[MailTree], Found], ...] = (
        _submitted,
        _answering,
        _precedence,
        _suppressing,
        _list,
        _no_way_back,
    )
    return next(filter(None, (read(message) for read in readers)), None)


def _values(message: MailTree, name: str) -> list[str]:
    return [value.strip() for value in raw_values(message, name)[:VALUE_COUNT]]


def _token(value: str) -> str:
    """The word that a header says, without its comments and parameters (RFC 3834, §5)."""
    return COMMENT.sub(" ", value).partition(";")[0].strip().lower()


def _sign(automation: Automation, name: str, value: str, *, list_address: str | None = None) -> MachineSign:
    evidence = storable_line(f"{name}: {value}", EVIDENCE_LIMIT) or name
    return MachineSign(automation=automation, evidence=evidence, list_address=list_address)


def _bounce(message: MailTree, sender: str) -> Found:
    """A report of an older form than that of RFC 3464, as some servers still write it."""
    subject = header_text(message, "subject", EVIDENCE_LIMIT) or ""
    kind = Automation.DELAY if DELAYED_SUBJECT.search(subject) else Automation.BOUNCE
    failed = first_value(message, "x-failed-recipients")
    if failed:
        return _sign(kind, "X-Failed-Recipients", failed)
    local = sender.partition("@")[0]
    path = first_value(message, "return-path")
    if local in DAEMONS and path in ("", "<>"):
        return _sign(kind, "From", sender)
    if local == "postmaster" and (path == "<>" or (not path and BOUNCED_SUBJECT.search(subject))):
        return _sign(kind, "From", sender)
    return None


def _calendar(message: MailTree, text: str) -> Found:
    """A calendar's answer; one with a note of the person's own is the person's mail."""
    for part in _shallow(message):
        if media_type(part) != "text/calendar" or parameter(part, "method").upper() != "REPLY":
            continue
        words = text.split()
        if not words or (
            len(words) <= CALENDAR_WORDS and CALENDAR_TEXT.search(text) and not GOES_ON.search(text.strip())
        ):
            return _sign(Automation.CALENDAR, "Content-Type", "text/calendar; method=REPLY")
    return None


def _shallow(message: MailTree) -> Iterator[MailTree]:
    """The mail, its parts and theirs; not those of a mail that it carries."""
    yield message
    for part in _parts(message):
        yield part
        yield from _parts(part)


def _parts(message: MailTree) -> list[MailTree]:
    return children_of(message) if media_type(message).startswith("multipart/") else []


def _submitted(message: MailTree) -> Found:
    for value in _values(message, "auto-submitted"):
        token = _token(value)
        if token.startswith("auto-replied") or (token.startswith("auto-") and _is_an_answer(message)):
            return _sign(Automation.AUTO_REPLY, "Auto-Submitted", value)
    for value in _values(message, "auto-submitted"):
        if _token(value).startswith("auto-"):
            return _sign(Automation.BULK, "Auto-Submitted", value)
    return None


def _is_an_answer(message: MailTree) -> bool:
    """Whether what calls itself generated answers somebody: Exchange names its absence notes so."""
    subject = header_text(message, "subject", EVIDENCE_LIMIT) or ""
    return bool(first_value(message, "in-reply-to")) or ANSWERED_SUBJECT.match(subject) is not None


def _answering(message: MailTree) -> Found:
    for name in ANSWERING:
        for value in _values(message, name):
            if value.lower() not in NO:
                return _sign(Automation.AUTO_REPLY, name.title(), value)
    for value in _values(message, "delivered-to"):
        if value.lower() == "autoresponder":
            return _sign(Automation.AUTO_REPLY, "Delivered-To", value)
    return None


def _precedence(message: MailTree) -> Found:
    for name in ("precedence", "x-precedence", "preference"):
        for value in _values(message, name):
            found = PRECEDENCES.get(_token(value))
            if found is not None:
                return _sign(found, name.title(), value, list_address=_list_address(message))
    return None


def _suppressing(message: MailTree) -> Found:
    for value in _values(message, "x-auto-response-suppress"):
        if SUPPRESSING & {word.strip().lower() for word in value.split(",")}:
            kind = Automation.AUTO_REPLY if _is_an_answer(message) else Automation.BULK
            return _sign(kind, "X-Auto-Response-Suppress", value)
    return None


def _list(message: MailTree) -> Found:
    """A list's or a newsletter's mail.

    `Feedback-ID` tells nothing: Fastmail and Proton put it on every mail that a person writes. Nor does
    `List-Unsubscribe` on an answer: sales programs, this one too, put it on a person's.
    """
    for name in ("list-id", "list-unsubscribe"):
        value = first_value(message, name)
        if value and (name == "list-id" or not first_value(message, "in-reply-to")):
            return _sign(Automation.BULK, name.title(), value, list_address=_list_address(message))
    return None


def _list_address(message: MailTree) -> str | None:
    """Where a list that people write to takes their mail (RFC 2369, §3.4); a newsletter has none."""
    found = POSTING.search(first_value(message, "list-post"))
    return found.group(1).lower() if found else None


def _no_way_back(message: MailTree) -> Found:
    """A mail that nothing may come back to: only machines send such (RFC 5321, §4.5.5)."""
    if first_value(message, "return-path") == "<>":
        return _sign(Automation.AUTO_REPLY, "Return-Path", "<>")
    return None
