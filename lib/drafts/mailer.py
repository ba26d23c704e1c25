"""The port through which mail leaves."""

from typing import Protocol

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail


class Mailer(Protocol):
    """Hands a mail over, once."""

    def send(self, mail: OutgoingMail, *, deadline: Deadline) -> None:
        """Hand `mail` over; when it returns, the mail was taken.

        Ends by `deadline` whatever the other side does. Raises SendRefused or SendDeferred when it is
        certain that nothing was sent, SendOutcomeUnknown when it is not.
        """
        ...

    def has_taken(self, message_id: str) -> bool | None:
        """Whether a mail with this Message-ID was taken before; None when that cannot be known."""
        ...
