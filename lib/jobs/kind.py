"""A kind of job: its name, its payload's model and its handler."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from lib.clock import Deadline
from lib.errors import UnknownJobKind

if TYPE_CHECKING:
    from lib.services import Services

Payload = TypeVar("Payload", bound=BaseModel)


class Uniqueness(StrEnum):
    """How long a dedupe key keeps others out (design §7)."""

    WHILE_QUEUED = "while_queued"
    """Until it starts: a mark made during a run is not lost."""
    WHILE_ACTIVE = "while_active"
    """Until it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """What a handler may know of its own job."""

    id: int
    workspace_id: UUID | None
    """None for a job of no workspace."""
    attempt: int
    """How many handlers of this job returned or raised before; 0 at first."""
    max_attempts: int
    """How many there may be; its kind's unless whoever enqueued it said otherwise."""
    crashes: int
    """How many of its leases expired; above 0 the effect may already have happened."""
    created_at: datetime
    deadline: Deadline
    """BACKGROUND_JOB_TIMEOUT_MS from its start; external calls keep within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind(Generic[Payload]):
    """One kind of job; made by the `job_kind` decorator."""

    name: str
    """For instance `inbound.post_process`."""
    payload: type[Payload]
    handler: "Callable[[Payload, RunningJob, Services], None]"
    uniqueness: Uniqueness | None
    """None: no dedupe key is taken."""
    max_attempts: int


def job_kind(
    name: str,
    *,
    payload: type[Payload],
    uniqueness: Uniqueness | None = None,
    max_attempts: int = 5,
) -> "Callable[[Callable[[Payload, RunningJob, Services], None]], JobKind[Payload]]":
    """Make the decorated function the handler of the kind `name`."""

    def kind(handler: "Callable[[Payload, RunningJob, Services], None]") -> JobKind[Payload]:
        return JobKind(
            name=name,
            payload=payload,
            handler=handler,
            uniqueness=uniqueness,
            max_attempts=max_attempts,
        )

    return kind


class JobKinds(Mapping[str, JobKind[Any]]):
    """The kinds that this code can run, by name."""

    def __init__(self, *kinds: JobKind[Any]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) != len(kinds):
            raise ValueError("two job kinds share a name")

    def __getitem__(self, name: str) -> JobKind[Any]:
        """The kind called `name`; raises UnknownJobKind."""
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownJobKind(
                f"No handler is registered for the kind {name!r}: deploy the code that has it, "
                "or discard the job."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
