"""A mail server that keeps what it took, drafts to send, and what the database says afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail
from lib.drafts.sending import Sending, SendResult, send_draft
from tests.conftest import Database

FROM = "Acme <team@acme.example>"


class Crash(BaseException):
    """The process ends here."""


@dataclass
class RecordingMailer:
    """A mail server that keeps what it took.

    `before` happens before the send is committed to, `instead` before it takes a mail, `then` after.
    """

    taken: list[OutgoingMail] = field(default_factory=list)
    then: Callable[[], None] = lambda: None
    instead: Callable[[], None] = lambda: None
    before: Callable[[], None] = lambda: None
    knows: bool | None = None

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        assert deadline.remaining_ms() > 0
        self.before()
        commit()
        self.instead()
        self.taken.append(mail)
        self.then()

    def has_taken(self, message_id: str) -> bool | None:
        del message_id
        return self.knows


def state(database: Database) -> tuple[Any, ...]:
    (row,) = database.rows("SELECT status, response_disposition, send_unconfirmed FROM drafts")
    return row


def outbound(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("SELECT body, sent_by, draft_id FROM messages WHERE direction = 'outbound'")


def send(sending: Sending, draft: UUID, deadline: Deadline, **more: Any) -> SendResult:
    return send_draft(sending, draft, workspace_id=None, deadline=deadline, **more)


def willing() -> None:
    """Nothing stands against the send."""


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail
