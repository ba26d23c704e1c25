"""Where an outgoing mail says how to stop them, and how the mail that says so comes back.

`List-Unsubscribe` (RFC 2369) names the address that mail is sent from: what comes back there is an inbound
like any other. One click (RFC 8058) needs an HTTPS address that takes it; there is none, so none is promised.
"""

from typing import Final
from urllib.parse import quote

from lib.inbox.workspace_settings import ListUnsubscribe

SUBJECT: Final = "unsubscribe"
"""Of the mail that a mail program writes when its button is pressed; lib/drafts/classification.py
knows it."""


def is_due(setting: ListUnsubscribe, *, automatic: bool) -> bool:
    """Whether a mail says it; `automatic`: no person released it."""
    return automatic or setting is ListUnsubscribe.ALWAYS


def unsubscribe_target(address: str) -> str:
    """The header's value for mail from `address`."""
    return f"<mailto:{quote(address, safe='@')}?subject={SUBJECT}>"
