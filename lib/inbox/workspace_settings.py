"""What a workspace says of itself: the typed form of `workspaces.settings` (domain.md §1)."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from lib.errors import NotFound, UsageProblem
from lib.store.store import Connection

SETTINGS: Final = "SELECT settings FROM workspaces WHERE id = %s"
REPLACE: Final = "UPDATE workspaces SET settings = %s WHERE id = %s"


class Weekday(StrEnum):
    """A day of the week, as stored; in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WORKING_DAYS: Final = tuple(Weekday)[:5]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a name of the IANA time zones, such as Europe/Berlin") from None
    return name


class _Part(BaseModel):
    """Read from camelCase or snake_case, stored in snake_case; a name that is not ours is a problem."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^\s@<>]+@[^\s@<>]+$", max_length=320),
]
Link = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s<>\"]+$", max_length=2000)
]
Category = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class WorkingHours(_Part):
    """When the team answers, in the workspace's own time zone.

    Hours that close before they open last into the next day; from midnight to midnight is the whole day.
    """

    days: tuple[Weekday, ...] = WORKING_DAYS
    """The days on which they begin."""
    opens: time = time(9)
    closes: time = time(17)

    @model_validator(mode="after")
    def _open_at_all(self) -> Self:
        no_time = self.opens == self.closes != time(0)
        if not self.days or no_time or self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("working hours need a day, an opening and another closing time, without zone")
        return self


class AutoSendPolicy(_Part):
    """Whether a draft may go out without a person (domain.md §4)."""

    enabled: bool = False
    min_confidence: float = Field(default=0.9, ge=0, le=1)
    max_age_hours: int = Field(default=72, ge=1, le=720)
    """A message older than this is answered by a person: no archive is answered by itself."""


class ListUnsubscribe(StrEnum):
    """On which of its mails a workspace says how to stop them (RFC 2369)."""

    AUTOMATIC = "automatic"
    """On those that go out without a person. An answer that a person released is one letter to one reader,
    whom it helps nothing to see it as bulk mail."""
    ALWAYS = "always"
    """On each: for a team that writes to many in one way, or whose law asks for it."""


class MemoryPolicy(_Part):
    """What the assistant may remember without being asked (domain.md §5)."""

    allowed_categories: tuple[Category, ...] = ()
    min_confidence: float = Field(default=0.7, ge=0, le=1)
    min_ttl_days: int = Field(default=1, ge=1, le=3_650)
    max_ttl_days: int = Field(default=90, ge=1, le=3_650)


class WorkspaceSettings(_Part):
    """A workspace's settings; each default is the cautious choice."""

    own_addresses: tuple[Address, ...] = Field(default=(), max_length=100)
    """The addresses the team writes from: mail from one of them is outbound."""
    booking_link: Link | None = None
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    hours: WorkingHours = WorkingHours()
    service_description: str | None = Field(default=None, max_length=4_000)
    auto_send: AutoSendPolicy = AutoSendPolicy()
    memory: MemoryPolicy = MemoryPolicy()
    list_unsubscribe: ListUnsubscribe = ListUnsubscribe.AUTOMATIC


def parse_settings(stored: object) -> WorkspaceSettings:
    """Settings from what JSON gave. Raises UsageProblem that names each field and what is wrong with it."""
    try:
        return WorkspaceSettings.model_validate(stored)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'the whole'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise UsageProblem(f"The workspace's settings do not fit: {problems}.") from error


def read_workspace_settings(connection: Connection, workspace_id: UUID) -> WorkspaceSettings:
    """The settings of the workspace. Raises NotFound; UsageProblem for settings that do not fit."""
    row = connection.execute(SETTINGS, (workspace_id,)).fetchone()
    if row is None:
        raise NotFound("There is no workspace with this id.")
    return parse_settings(row[0])


def write_workspace_settings(connection: Connection, workspace_id: UUID, settings: WorkspaceSettings) -> None:
    """Replace the workspace's settings; only what differs from the defaults is stored. Raises NotFound."""
    stored = Jsonb(settings.model_dump(mode="json", exclude_defaults=True))
    if connection.execute(REPLACE, (stored, workspace_id)).rowcount == 0:
        raise NotFound("There is no workspace with this id.")
