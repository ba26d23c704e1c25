"""Putting jobs into the queue, inside the caller's own transaction."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from lib.errors import InvalidPayload, StoreTimedOut
from lib.jobs.kind import JobKind, JobKinds
from lib.log.events import LogEvent
from lib.store.store import Connection

PAYLOAD_LIMIT: Final = 262_144
"""Bytes of JSON; what is larger belongs into a table of its own, with its id in the payload."""
KEY_LIMIT: Final = 500
PRIORITIES: Final = range(-32_768, 32_768)
NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL inside JSON, which jsonb refuses; an escaped backslash before `u0000` is harmless."""
TRIES: Final = 5
"""A duplicate may end between our insert and our look at it; then we insert again."""

INSERT: Final = """
INSERT INTO jobs
    (workspace_id, kind, payload, dedupe_key, dedupe_scope, priority, max_attempts, run_at, status)
SELECT workspace_id, kind, payload, dedupe_key, dedupe_scope, priority, max_attempts,
       coalesce(run_at, everytick_now()),
       CASE WHEN run_at > everytick_now() THEN 'scheduled' ELSE 'pending' END
FROM unnest(%(workspaces)s::uuid[], %(kinds)s::text[], %(payloads)s::jsonb[], %(keys)s::text[],
            %(scopes)s::text[], %(priorities)s::smallint[], %(max_attempts)s::int[],
            %(run_at)s::timestamptz[])
     WITH ORDINALITY AS told(workspace_id, kind, payload, dedupe_key, dedupe_scope, priority, max_attempts,
                             run_at, place)
ORDER BY place
ON CONFLICT DO NOTHING
RETURNING id, kind, dedupe_key
"""
HOLDERS: Final = """
SELECT DISTINCT ON (told.kind, told.dedupe_key) told.kind, told.dedupe_key, jobs.id
FROM unnest(%(kinds)s::text[], %(keys)s::text[]) AS told(kind, dedupe_key)
JOIN jobs USING (kind, dedupe_key)
WHERE (dedupe_scope = 'while_queued' AND status IN ('scheduled', 'pending'))
   OR (dedupe_scope = 'while_active' AND status IN ('scheduled', 'pending', 'running'))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enqueue."""

    kind: str
    payload: BaseModel | Mapping[str, Any]
    workspace_id: UUID | None = None
    """None for a job of no workspace; such jobs share one bucket."""
    dedupe_key: str | None = None
    """Belongs to the kind; how long it keeps others out is the kind's declaration. None: no uniqueness."""
    run_at: datetime | None = None
    """Timezone-aware; None for now."""
    priority: int = 0
    """Higher runs sooner among the jobs of its own workspace; never against another workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """Where a job went."""

    job_id: int
    duplicate: bool
    """True: another job already had the key; `job_id` is that one's."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A checked job on its way into the table."""

    new: NewJob
    kind: JobKind[Any]
    payload: str

    @property
    def key(self) -> tuple[str, str | None]:
        return self.kind.name, self.new.dedupe_key


def enqueue(connection: Connection, kinds: JobKinds, job: NewJob) -> Enqueued:
    """Enqueue one job; it exists once the caller's transaction commits.

    Raises UnknownJobKind, or InvalidPayload for anything about the job that can't be stored or run.
    """
    return enqueue_many(connection, kinds, [job])[0]


def enqueue_many(connection: Connection, kinds: JobKinds, jobs: Sequence[NewJob]) -> list[Enqueued]:
    """Enqueue `jobs` in bulk; answers in their order. Raises like `enqueue`, before any is stored."""
    rows = [_checked(kinds, job) for job in jobs]
    answers: list[Enqueued | None] = [None] * len(rows)
    plain = [place for place, row in enumerate(rows) if row.new.dedupe_key is None]
    for place, (job_id, _, _) in zip(plain, _insert(connection, [rows[p] for p in plain]), strict=True):
        answers[place] = Enqueued(job_id=job_id, duplicate=False)
    _insert_keyed(connection, rows, answers)
    done = [answer for answer in answers if answer is not None]
    structlog.get_logger().debug(
        LogEvent.JOB_ENQUEUED,
        job_ids=[answer.job_id for answer in done[:10]],
        count=len(done),
        duplicates=sum(answer.duplicate for answer in done),
    )
    return done


def _insert_keyed(connection: Connection, rows: list[_Row], answers: list[Enqueued | None]) -> None:
    """Fill the places of `answers` whose rows have a key."""
    for _ in range(TRIES):
        # In the order of their keys, so that two callers with the same keys cannot deadlock.
        open_places = sorted((p for p, a in enumerate(answers) if a is None), key=lambda p: (rows[p].key, p))
        if not open_places:
            return
        made = {
            (kind, key): job_id for job_id, kind, key in _insert(connection, [rows[p] for p in open_places])
        }
        duplicates = [p for p in open_places if (rows[p].kind.name, rows[p].new.dedupe_key) not in made]
        held = _holders(connection, [rows[p] for p in duplicates])
        for place in open_places:
            key = rows[place].key
            if key in made:
                answers[place] = Enqueued(job_id=made[key], duplicate=False)
                held[key] = made.pop(key)
            elif key in held:
                answers[place] = Enqueued(job_id=held[key], duplicate=True)
    if any(answer is None for answer in answers):
        raise StoreTimedOut("Jobs with the same dedupe key came and went too fast; try again.")


def _insert(connection: Connection, rows: list[_Row]) -> list[tuple[int, str, str | None]]:
    """Insert `rows`; (id, kind, key) of those that met no duplicate, by id, which is their order."""
    if not rows:
        return []
    made = connection.execute(
        INSERT,
        {
            "workspaces": [row.new.workspace_id for row in rows],
            "kinds": [row.kind.name for row in rows],
            "payloads": [row.payload for row in rows],
            "keys": [row.new.dedupe_key for row in rows],
            "scopes": [row.kind.uniqueness if row.new.dedupe_key else None for row in rows],
            "priorities": [row.new.priority for row in rows],
            "max_attempts": [row.kind.max_attempts for row in rows],
            "run_at": [row.new.run_at for row in rows],
        },
    ).fetchall()
    return sorted((int(job_id), str(kind), key) for job_id, kind, key in made)


def _holders(connection: Connection, rows: list[_Row]) -> dict[tuple[str, str | None], int]:
    """The jobs that hold the keys of `rows` now."""
    if not rows:
        return {}
    found = connection.execute(
        HOLDERS,
        {"kinds": [row.kind.name for row in rows], "keys": [row.new.dedupe_key for row in rows]},
    ).fetchall()
    return {(str(kind), str(key)): int(job_id) for kind, key, job_id in found}


def _checked(kinds: JobKinds, job: NewJob) -> _Row:
    kind = kinds[job.kind]
    problem = _problem(kind, job)
    if problem:
        raise InvalidPayload(f"A job of the kind {kind.name!r} cannot be enqueued: {problem}")
    return _Row(job, kind, stored_payload(kind, job.payload))


def _problem(kind: JobKind[Any], job: NewJob) -> str | None:
    """What is wrong with `job` beside its payload; None when nothing is."""
    key = job.dedupe_key
    if key is not None and kind.uniqueness is None:
        return "it has a dedupe key, but its kind declares no uniqueness."
    if key is not None and not (0 < len(key) <= KEY_LIMIT and "\x00" not in key):
        return f"a dedupe key has 1 to {KEY_LIMIT} characters and no NUL."
    if job.run_at is not None and job.run_at.tzinfo is None:
        return "its run_at needs a time zone."
    if job.priority not in PRIORITIES:
        return f"a priority lies between {PRIORITIES.start} and {PRIORITIES.stop - 1}."
    return None


def stored_payload(kind: JobKind[Any], payload: BaseModel | Mapping[str, Any]) -> str:
    """`payload` as JSON that fits the kind's model and the table; raises InvalidPayload.

    The model's own JSON is stored, so defaults of today stay with the job.
    """
    try:
        raw = (
            payload.model_dump_json(by_alias=True).encode()
            if isinstance(payload, BaseModel)
            else to_json(payload)
        )
        text: str = kind.payload.model_validate_json(raw).model_dump_json(by_alias=True)
    except (PydanticSerializationError, UnicodeError) as error:
        raise InvalidPayload(f"The payload for {kind.name!r} cannot be written as JSON.") from error
    except ValidationError as error:
        raise InvalidPayload(f"The payload does not fit {kind.name!r}: {payload_faults(error)}.") from error
    encoded = text.encode()
    if len(encoded) > PAYLOAD_LIMIT:
        raise InvalidPayload(
            f"The payload for {kind.name!r} has {len(encoded)} bytes, at most {PAYLOAD_LIMIT} are taken: "
            "store the data and pass its id."
        )
    if NUL.search(encoded):
        raise InvalidPayload(f"The payload for {kind.name!r} has a NUL character, which JSONB cannot hold.")
    return text


def payload_faults(error: ValidationError) -> str:
    """Where and why a payload does not fit, without its values."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'payload'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    )
