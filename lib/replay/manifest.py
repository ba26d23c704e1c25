"""Pinned cases: conversations that are kept in a file, each with the bar that its reply has to reach.

Such a case needs no database, so that every change can be tried against it. The form is in docs/replay.md.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AwareDatetime, Field, ValidationError

from lib.drafts.conversation import (
    Channel,
    Conversation,
    ConversationMessage,
    Direction,
    LeadStatus,
    LeadView,
    WorkspaceView,
)
from lib.memory.entry import MemoryScope, MemorySource
from lib.memory.note import MemoryNote
from lib.replay.case import Expectation, SelectedCase
from lib.replay.errors import ManifestUnreadable
from lib.replay.files import write_whole
from lib.replay.record import Record
from lib.replay.risk import risks_of

CASE_LIMIT: Final = 1_000


class PinnedWorkspace(Record):
    """What a composer knows of the team."""

    booking_link: str | None = None
    timezone: str = "UTC"
    service_description: str | None = None


class PinnedLead(Record):
    """What was known of the lead."""

    email: str = "lead@example.com"
    name: str | None = None
    timezone: str | None = None
    status: LeadStatus = LeadStatus.ACTIVE
    tag: str | None = None
    scheduler_link: str | None = None


class PinnedMessage(Record):
    """One message; the last one is answered."""

    direction: Direction
    subject: str | None = None
    body: str
    sent_at: AwareDatetime
    automation: str | None = None


class PinnedNote(Record):
    """One thing that was remembered."""

    scope: MemoryScope
    category: str
    content: str
    source: MemorySource = MemorySource.INFERENCE


class Expected(Record):
    """The bar."""

    drafted: bool | None = None
    """Whether there is to be a draft; null: either will do."""
    skip_reason: str | None = None
    """Why there is to be none."""
    least_score: int | None = Field(default=None, ge=0, le=100)
    """In place of the profile's threshold, where it is higher."""


class PinnedCase(Record):
    """A conversation as it stood, and what is expected."""

    case_id: str = Field(min_length=1, max_length=100)
    note: str = ""
    """Why it is kept."""
    channel: Channel = Channel.EMAIL
    workspace: PinnedWorkspace = PinnedWorkspace()
    lead: PinnedLead = PinnedLead()
    offered_slots: tuple[str, ...] = ()
    memory: tuple[PinnedNote, ...] = ()
    """What was remembered of the lead and the team, newest first."""
    messages: list[PinnedMessage] = Field(min_length=1, max_length=50)
    expect: Expected = Expected()

    @property
    def message_id(self) -> UUID:
        """The answered message's, the same in every run."""
        return self._id("message", len(self.messages) - 1)

    def selected(self) -> SelectedCase:
        """The case as a replay handles it."""
        return SelectedCase(
            case_id=self.case_id,
            message_id=str(self.message_id),
            channel=self.channel,
            risks=risks_of(self.messages[-1].body, self.lead.tag),
            expectation=Expectation(
                drafted=self.expect.drafted,
                skip_reason=self.expect.skip_reason,
                least_score=self.expect.least_score,
            ),
        )

    def conversation(self) -> Conversation:
        """The conversation, as one from the database would be."""
        messages = tuple(
            ConversationMessage(
                id=self._id("message", number),
                direction=said.direction,
                subject=said.subject,
                body=said.body,
                sent_at=said.sent_at,
                automation=said.automation,
            )
            for number, said in enumerate(self.messages)
        )
        return Conversation(
            workspace=WorkspaceView(
                id=self._id("workspace", 0),
                booking_link=self.workspace.booking_link,
                timezone=self.workspace.timezone,
                service_description=self.workspace.service_description,
            ),
            lead=LeadView(
                id=self._id("lead", 0),
                email=self.lead.email,
                name=self.lead.name,
                timezone=self.lead.timezone,
                status=self.lead.status,
                tag=self.lead.tag,
                scheduler_link=self.lead.scheduler_link,
            ),
            channel=self.channel,
            messages=messages,
            trigger=messages[-1],
            offered_slots=self.offered_slots,
            newer_inbound=False,
            answered=False,
            memory=tuple(
                MemoryNote(scope=note.scope, category=note.category, content=note.content, source=note.source)
                for note in self.memory
            ),
        )

    def _id(self, what: str, number: int) -> UUID:
        return uuid5(NAMESPACE_URL, f"everytick:replay:{self.case_id}:{what}:{number}")


class Manifest(Record):
    """A file of pinned cases."""

    version: Literal[1] = 1
    about: str = ""
    cases: list[PinnedCase] = Field(max_length=CASE_LIMIT)


class PinnedReader:
    """Reads pinned cases."""

    def __init__(self, cases: Iterable[PinnedCase]) -> None:
        self._cases = {case.case_id: case for case in cases}

    def read(self, case: SelectedCase) -> Conversation | None:
        """The case's conversation."""
        pinned = self._cases.get(case.case_id)
        return pinned.conversation() if pinned else None


def read_manifests(paths: Sequence[str]) -> list[PinnedCase]:
    """The cases of all files, and of the files in all folders, in the order of their names.

    Raises ManifestUnreadable for a file or a case that does not fit, and for an id that comes twice.
    """
    files = [file for path in paths for file in _files(Path(path))]
    cases = [case for file in files for case in read_manifest(file).cases]
    ids = [case.case_id for case in cases]
    twice = next((case_id for case_id in ids if ids.count(case_id) > 1), None)
    if twice is not None:
        raise ManifestUnreadable(f"The case {twice!r} is in the manifests twice: ids have to be their own.")
    return cases


def read_manifest(path: Path) -> Manifest:
    """The manifest in `path`. Raises ManifestUnreadable, naming each field that does not fit."""
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ManifestUnreadable(f"The manifest {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'the whole'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)[:5]
        )
        raise ManifestUnreadable(f"The manifest {path} does not fit: {problems}.") from error
    wrong = next((one.case_id for one in manifest.cases if not _ends_inbound(one)), None)
    if wrong is not None:
        raise ManifestUnreadable(f"{path}: the last message of the case {wrong!r} is not an inbound one.")
    return manifest


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Put `manifest` into `path`, whole; what is absent is left out."""
    write_whole(path, manifest.model_dump_json(indent=2, exclude_defaults=True) + "\n")


def _ends_inbound(case: PinnedCase) -> bool:
    return case.messages[-1].direction is Direction.INBOUND


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.json")) if path.is_dir() else [path]
