"""Take many mails in, in batches: one that is refused is named and kept aside, and stops none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

import psycopg

from lib.errors import MailError, MailUnreadable
from lib.inbox.destination import Destination
from lib.inbox.mail import ParsedMail
from lib.inbox.mail_files import SourceProblem
from lib.inbox.parse import parse_mail
from lib.inbox.receive import Received, receive
from lib.inbox.refused import keep_refused
from lib.inbox.sources import RawMail
from lib.inbox.structure import SIZE_LIMIT, require_size
from lib.services import Services
from lib.store.store import Connection

BATCH_MAILS: Final = 100
BATCH_BYTES: Final = 16 * 1024 * 1024
"""What one transaction takes; with a single mail of the largest size this is what memory holds."""
REFUSALS_KEPT: Final = 1_000
"""How many refusals a summary names; all are reported as they happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A mail or a path that was not taken in."""

    label: str
    code: str
    message: str
    kept_as: str | None = None
    """Where a copy lies of what cannot be read again; None for what stays where it was."""


@dataclass(slots=True, kw_only=True)
class IntakeSummary:
    """What became of the mails, counted."""

    imported: int = 0
    outbound: int = 0
    """Of the imported ones, those of the team itself."""
    duplicates: int = 0
    jobs: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def readable(self) -> int:
        """The mails that are in the workspace now."""
        return self.imported + self.duplicates


class IntakeReport(Protocol):
    """Who hears of an intake while it goes on."""

    def mail_done(self, size_bytes: int) -> None:
        """One more mail was dealt with."""
        ...

    def refused(self, refusal: Refusal) -> None:
        """One was refused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    source: RawMail
    mail: ParsedMail


class Intake:
    """One import into one workspace."""

    def __init__(
        self,
        services: Services,
        *,
        destination: Destination,
        report: IntakeReport,
        dry_run: bool,
    ) -> None:
        """A dry run does all of it and takes each batch back."""
        self._services = services
        self._destination = destination
        self._report = report
        self._dry_run = dry_run
        self._seen: set[str] = set()
        """In a dry run, the ids of the mails that a real one would have stored by now."""
        self.summary = IntakeSummary()

    def take(self, mails: Iterable[RawMail | SourceProblem]) -> IntakeSummary:
        """Take `mails` in; each batch is committed when it is full.

        Raises StoreUnavailable and its kin: what was committed before stays, and taking the same mails again
        finds it as duplicates.
        """
        for batch in self._batches(mails):
            self._commit(batch)
        return self.summary

    def _batches(self, mails: Iterable[RawMail | SourceProblem]) -> Iterator[list[_Candidate]]:
        batch: list[_Candidate] = []
        held = 0
        for item in mails:
            if isinstance(item, SourceProblem):
                self._refuse(Refusal(label=item.label, code=item.code, message=item.message))
                continue
            try:
                require_size(item.size_bytes)
                mail = parse_mail(item.raw, received_at=self._services.clock.now())
            except MailError as error:
                self._refuse_mail(item, error)
                continue
            batch.append(_Candidate(source=item, mail=mail))
            held += len(item.raw)
            if len(batch) >= BATCH_MAILS or held >= BATCH_BYTES:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    def _commit(self, batch: list[_Candidate]) -> None:
        outcomes: list[tuple[_Candidate, Received | MailError]] = []
        with (
            self._services.store.transaction() as connection,
            connection.transaction(force_rollback=self._dry_run),
        ):
            workspace_id = self._destination.open(connection)
            outcomes.extend(
                (candidate, self._receive(connection, workspace_id, candidate)) for candidate in batch
            )
        for candidate, outcome in outcomes:
            if isinstance(outcome, MailError):
                self._refuse_mail(candidate.source, outcome)
            else:
                self._count(candidate.mail, outcome)
                self._report.mail_done(candidate.source.size_bytes)

    def _receive(
        self, connection: Connection, workspace_id: UUID, candidate: _Candidate
    ) -> Received | MailError:
        """Receive one mail; what the database will not store is undone for this mail alone."""
        try:
            with connection.transaction():
                return receive(
                    connection, self._services.kinds, workspace_id=workspace_id, mail=candidate.mail
                )
        except MailError as error:
            return error
        except psycopg.DataError as error:
            return MailUnreadable(f"The mail holds what cannot be stored ({type(error).__name__}).")

    def _count(self, mail: ParsedMail, received: Received) -> None:
        if received.duplicate or mail.rfc_message_id in self._seen:
            self.summary.duplicates += 1
            return
        if self._dry_run:
            self._seen.add(mail.rfc_message_id)
        self.summary.imported += 1
        self.summary.outbound += received.outbound
        self.summary.jobs += received.job_id is not None

    def _refuse_mail(self, source: RawMail, error: MailError) -> None:
        whole = len(source.raw) == source.size_bytes <= SIZE_LIMIT
        keep = whole and not source.replayable and not self._dry_run and source.raw.strip()
        kept_as = keep_refused(source.raw) if keep else None
        self._refuse(Refusal(label=source.label, code=error.code, message=error.message, kept_as=kept_as))
        self._report.mail_done(source.size_bytes)

    def _refuse(self, refusal: Refusal) -> None:
        self.summary.refused += 1
        if len(self.summary.refusals) < REFUSALS_KEPT:
            self.summary.refusals.append(refusal)
        self._report.refused(refusal)
