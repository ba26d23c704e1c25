"""The mailer where mail cannot leave: it says what to do about it."""

from collections.abc import Callable

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail
from lib.errors import SendRefused


class RefusingMailer:
    """Refuses every mail for the same reason."""

    def __init__(self, cure: str) -> None:
        self._cure = cure

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        """Raise SendRefused with the cure."""
        del mail, deadline, commit
        raise SendRefused(self._cure)

    def has_taken(self, message_id: str) -> bool | None:
        """Not known: another mailer may have been configured when it was sent."""
        del message_id
        return None
