"""What a machine-readable report says.

Of a delivery (RFC 3464), of a reading (RFC 8098) or of a complaint (RFC 5965).
"""

import re
from collections.abc import Iterator
from email.parser import HeaderParser
from itertools import islice
from typing import Final

from lib.inbox.headers import HEADER_FAULTS, first_value
from lib.inbox.mail import Automation, MachineSign, MailReport
from lib.inbox.message_ids import IDENTIFIER
from lib.inbox.parts import children_of, media_type, parameter
from lib.inbox.storable_text import storable_line
from lib.inbox.structure import MailTree

RECIPIENT_LIMIT: Final = 50
"""Recipients of one report that are read."""
ID_COUNT: Final = 10
QUOTED_LIMIT: Final = 16_384
"""Characters of the reported mail's headers that are read where they come as text."""
TYPES: Final = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/global-disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}
STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
ADDRESS: Final = re.compile(r"(?:[^;]*;)?\s*<?([^\s<>@;]+@[^\s<>@;]+?)>?\s*(?:\(.*)?", re.DOTALL)
NO_SUCH: Final = re.compile(r"5\.(?:0\.0|1\.(?:0|1|2|3|6|10)|2\.[01]|4\.[14])")
"""The failures that are the address's own: no such mailbox or domain, or one that is closed
(RFC 3463, RFC 7505).

Not the others: a full mailbox, a mail too large or refused as spam say nothing of the next one.
"""
IN_THE_QUOTE: Final = frozenset({"message/rfc822", "message/global"})


def report_sign(message: MailTree) -> MachineSign | None:
    """What the report in `message` tells; None when it is none.

    Its own parts are read and no deeper: a report that a person forwards is that person's mail.
    """
    kind, fields = _report(message)
    if kind == "delivery-status":
        return _delivery(message, fields)
    if kind == "disposition-notification":
        disposition = next(filter(None, (first_value(part, "disposition") for part in fields)), "")
        return _sign(Automation.RECEIPT, kind, f"Disposition: {disposition}" if disposition else "")
    if kind == "feedback-report":
        told = next(filter(None, (first_value(part, "feedback-type") for part in fields)), "")
        report = MailReport(message_ids=_message_ids(message, fields))
        return _sign(Automation.COMPLAINT, kind, f"Feedback-Type: {told}" if told else "", report)
    return None


def _report(message: MailTree) -> tuple[str, list[MailTree]]:
    """The kind of report, "" for none, and its groups of fields."""
    if media_type(message) != "multipart/report":
        return "", []
    parts = children_of(message)
    for part in parts:
        kind = TYPES.get(media_type(part))
        if kind is not None:
            return kind, children_of(part)[: RECIPIENT_LIMIT + 1]
    said = parameter(message, "report-type").lower()
    return (said if said in TYPES.values() else ""), []


def _delivery(message: MailTree, fields: list[MailTree]) -> MachineSign:
    recipients = [one for one in fields if first_value(one, "action") or first_value(one, "status")]
    outcomes = [(_action(one), _status(one), one) for one in recipients]
    status = next((status for _, status, _ in outcomes if status), None)
    failed = [(status, one) for action, status, one in outcomes if action == "failed"]
    delayed = any(action == "delayed" for action, _, _ in outcomes)
    if failed or not outcomes:
        kind, action = Automation.BOUNCE, "failed" if failed else ""
    elif delayed:
        kind, action = Automation.DELAY, "delayed"
    else:
        kind, action = Automation.RECEIPT, outcomes[0][0]
    gone = (_addresses(one) for status, one in failed if status and NO_SUCH.fullmatch(status))
    report = MailReport(
        undeliverable=tuple(dict.fromkeys(address for addresses in gone for address in addresses)),
        status=status,
        message_ids=_message_ids(message, fields),
    )
    told = "; ".join(f"{name}: {value}" for name, value in (("Action", action), ("Status", status)) if value)
    return _sign(kind, "delivery-status", told, report)


def _action(recipient: MailTree) -> str:
    """What became of the mail: the Action, else what the Status means."""
    said = first_value(recipient, "action").lower().partition(" ")[0].partition(";")[0]
    if said in ("failed", "delayed", "delivered", "relayed", "expanded"):
        return said
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get((_status(recipient) or "")[:1], "failed")


def _status(recipient: MailTree) -> str | None:
    found = STATUS.search(first_value(recipient, "status"))
    return found.group() if found else None


def _addresses(recipient: MailTree) -> Iterator[str]:
    """The address as the team wrote it, and as it was in the end: a forwarded one has two."""
    for name in ("original-recipient", "final-recipient"):
        found = ADDRESS.fullmatch(first_value(recipient, name)[:QUOTED_LIMIT])
        if found:
            yield found.group(1).lower()


def _message_ids(message: MailTree, fields: list[MailTree]) -> tuple[str, ...]:
    """The ids by which the report names the mail: its own headers', and those of the mail it returns."""
    named = [first_value(one, "original-message-id") for one in fields]
    named += [first_value(message, "in-reply-to"), first_value(message, "references")]
    for part in children_of(message):
        if media_type(part) in IN_THE_QUOTE:
            named += [first_value(mail, "message-id") for mail in children_of(part)]
        elif media_type(part) == "text/rfc822-headers":
            named.append(_id_in_headers(part))
    found = (match for value in named for match in IDENTIFIER.findall(value))
    return tuple(islice(dict.fromkeys(found), ID_COUNT))


def _id_in_headers(part: MailTree) -> str:
    try:
        content = part.get_payload(decode=True)
    except HEADER_FAULTS:
        return ""
    text = content[:QUOTED_LIMIT].decode("latin-1") if isinstance(content, bytes) else ""
    return str(HeaderParser().parsestr(text.lstrip()).get("message-id", ""))


def _sign(automation: Automation, kind: str, told: str, report: MailReport | None = None) -> MachineSign:
    evidence = f"Content-Type: multipart/report; report-type={kind}" + (f"; {told}" if told else "")
    return MachineSign(automation=automation, evidence=storable_line(evidence, 200) or kind, report=report)
