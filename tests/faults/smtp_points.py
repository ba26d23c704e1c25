"""Each step of a mail's conversation with its server as a numbered point of the process."""

import smtplib
from typing import Any, Final

from lib.drafts import smtp_connection
from lib.drafts.smtp_mailer import END_OF_MAIL
from tests.faults.points import Points

OPENING: Final = "the connection"


def watch_conversations(points: Points) -> None:
    """Cross a point after each thing that this process says to a mail server, and after each answer."""
    made: Any = smtp_connection.BoundedSmtp
    said = {"last": OPENING}

    class WatchedSmtp(made):  # type: ignore[misc]
        """The real client; the last line of a mail is a step of its own, and its text two."""

        def send(self, s: str | bytes) -> None:
            if isinstance(s, str):
                super().send(s)
                said["last"] = s.split()[0].upper()
                points.cross(f"{said['last']} said")
            elif s == END_OF_MAIL:
                super().send(s)
                said["last"] = "the single dot"
                points.cross("the single dot said")
            else:
                super().send(s[: len(s) // 2])
                points.cross("half of the text said")
                super().send(s[len(s) // 2 :])
                points.cross("the text said")

        def getreply(self) -> tuple[int, bytes]:
            try:
                answer: tuple[int, bytes] = super().getreply()
            except (OSError, smtplib.SMTPException):
                points.cross(f"{said['last']} left unanswered")
                raise
            points.cross(f"{said['last']} answered")
            return answer

    vars(smtp_connection)["BoundedSmtp"] = WatchedSmtp
