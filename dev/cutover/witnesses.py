"""Witnesses of what the app does: each handler that begins, and each mail that leaves, is noted."""

from collections.abc import Callable
from dataclasses import replace

from pydantic import BaseModel

from dev.cutover.books import Books
from lib.clock import Deadline
from lib.drafts.mailer import Mailer
from lib.drafts.outgoing_mail import OutgoingMail
from lib.jobs.kind import JobKind, JobKinds, RunningJob
from lib.services import Services


def witnessed_kinds(kinds: JobKinds, books: Books) -> JobKinds:
    """The same kinds, each beginning with a note."""
    return JobKinds(*(_witnessed(kind, books) for kind in kinds.values()))


def _witnessed(kind: JobKind[BaseModel], books: Books) -> JobKind[BaseModel]:
    def handler(payload: BaseModel, job: RunningJob, services: Services) -> None:
        books.note_execution(job.id)
        kind.handler(payload, job, services)

    return replace(kind, handler=handler)


class WitnessedMailer:
    """Hands mails on and notes each that was taken, the same one again as well."""

    def __init__(self, mailer: Mailer, books: Books) -> None:
        self._mailer = mailer
        self._books = books

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        """Hand `mail` over. Raises as the mailer does."""
        self._mailer.send(mail, deadline=deadline, commit=commit)
        self._books.note_mail(mail.message_id)

    def has_taken(self, message_id: str) -> bool | None:
        """Whether the mailer has it."""
        return self._mailer.has_taken(message_id)
