"""The port through which mail leaves."""

from collections.abc import Callable
from typing import Protocol

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail


class Mailer(Protocol):
    """Hands a mail over, once."""

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        """Hand `mail` over; when it returns, the mail was taken.

        `commit` is called once, directly before the first step after which the mail may have been taken.
        Until it has returned nothing was sent, and what it raises ends the send.

        Ends by `deadline` whatever the other side does. Raises SendRefused or SendDeferred when it is
        certain that nothing was sent, SendOutcomeUnknown when it is not.
        """
        ...

    def has_taken(self, message_id: str) -> bool | None:
        """Whether a mail with this Message-ID was taken before; None when that cannot be known."""
        ...
