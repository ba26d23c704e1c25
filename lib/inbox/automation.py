"""Whether a machine wrote a mail, by the mail's own headers."""

from typing import Final

from lib.inbox.headers import first_value
from lib.inbox.mail import Automation
from lib.inbox.structure import MailTree

DAEMONS: Final = frozenset({"mailer-daemon", "postmaster"})
ANSWERING: Final = ("x-autoreply", "x-autorespond", "x-autoresponder")
PRECEDENCES: Final = {
    "auto_reply": Automation.AUTO_REPLY,
    "bulk": Automation.BULK,
    "junk": Automation.BULK,
    "list": Automation.BULK,
}
LISTS: Final = ("list-id", "list-unsubscribe")


def automation_of(message: MailTree, sender: str) -> Automation | None:
    """What wrote `message`, which came from the address `sender`; None for a person."""
    if _is_bounce(message, sender):
        return Automation.BOUNCE
    submitted = first_value(message, "auto-submitted").lower()
    if submitted.startswith("auto-replied") or any(
        first_value(message, name).lower() not in ("", "no") for name in ANSWERING
    ):
        return Automation.AUTO_REPLY
    precedence = PRECEDENCES.get(first_value(message, "precedence").lower())
    if precedence is not None:
        return precedence
    if submitted.startswith("auto-") or any(first_value(message, name) for name in LISTS):
        return Automation.BULK
    return None


def _is_bounce(message: MailTree, sender: str) -> bool:
    content_type = first_value(message, "content-type").lower()
    if content_type.startswith("multipart/report") and "delivery-status" in content_type:
        return True
    from_daemon = sender.partition("@")[0] in DAEMONS
    return bool(first_value(message, "x-failed-recipients")) or (
        from_daemon and first_value(message, "return-path") in ("", "<>")
    )
