"""The work that comes in while the soak lasts: jobs with an effect each, and drafts to be sent by mail."""

import random
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import psycopg

from bench.soak.effect import effect_kinds
from bench.soak.world import World
from lib.job_kinds import all_kinds
from lib.jobs.enqueue import NewJob, enqueue, enqueue_many
from lib.jobs.kind import JobKinds

if TYPE_CHECKING:
    from uuid import UUID

JOBS_A_SECOND: Final = 250
MAILS_A_SECOND: Final = 2
EVERY_SECONDS: Final = 0.1
BACKLOG_LIMIT: Final = 2_000
"""Eight seconds' jobs: a soak is about what is lost, not about how much a machine can do."""
SLOW_SHARE: Final = 0.05
SLOWEST_MS: Final = 80
RAISING_SHARE: Final = 0.02

BACKLOG: Final = "SELECT count(*) FROM jobs WHERE status = 'pending'"
NEW_DRAFT: Final = """
WITH mail AS (
    INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at)
    SELECT workspace_id, id, 'email', 'inbound', 'What does it cost?', gen_random_uuid(), everytick_now()
    FROM leads WHERE id = %s RETURNING *
)
INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, status)
SELECT workspace_id, lead_id, id, 'email', 'Thank you.', 'pending' FROM mail RETURNING id
"""
NEW_LEAD: Final = """
WITH workspace AS (INSERT INTO workspaces (name) VALUES ('soak') RETURNING id)
INSERT INTO leads (workspace_id, email) SELECT id, 'lea@example.com' FROM workspace RETURNING workspace_id, id
"""


class Load:
    """Brings work in until told to end."""

    def __init__(self, url: str, chance: random.Random) -> None:
        self._connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(url, autocommit=True)
        self._kinds = JobKinds(*all_kinds().values(), *effect_kinds(World(url)))
        self._chance = chance
        row = self._connection.execute(NEW_LEAD).fetchone()
        assert row is not None  # noqa: S101 - it has just been made
        self._workspace_id: UUID = row[0]
        self._lead_id: UUID = row[1]

    def run(self, over: threading.Event) -> None:
        """Enqueue at an even pace, and nothing while the backlog is deep: a slow machine then does less."""
        before = time.monotonic()
        jobs = mails = 0.0
        while not over.wait(EVERY_SECONDS):
            elapsed, before = time.monotonic() - before, time.monotonic()
            if self._backlog() > BACKLOG_LIMIT:
                continue
            jobs, mails = jobs + elapsed * JOBS_A_SECOND, mails + elapsed * MAILS_A_SECOND
            with self._connection.transaction():
                enqueue_many(self._connection, self._kinds, [self._job() for _ in range(int(jobs))])
            for _ in range(int(mails)):
                self._mail()
            jobs, mails = jobs % 1, mails % 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def _backlog(self) -> int:
        row = self._connection.execute(BACKLOG).fetchone()
        return 0 if row is None else int(row[0])

    def _job(self) -> NewJob:
        slow = self._chance.random() < SLOW_SHARE
        raising = self._chance.random() < RAISING_SHARE
        return NewJob(
            kind="soak.slow_effect" if slow else "soak.effect",
            payload={
                "sleep_ms": self._chance.randint(1, SLOWEST_MS) if slow else 0,
                "fails": 1 if raising else 0,
            },
            workspace_id=self._workspace_id if self._chance.random() < 0.5 else None,  # noqa: PLR2004 - half
        )

    def _mail(self) -> None:
        """A draft and the job that sends it, in one transaction."""
        with self._connection.transaction():
            row = self._connection.execute(NEW_DRAFT, (self._lead_id,)).fetchone()
            assert row is not None  # noqa: S101 - it has just been made
            enqueue(
                self._connection,
                self._kinds,
                NewJob(
                    kind="draft.send",
                    payload={"draftId": str(row[0])},
                    workspace_id=self._workspace_id,
                    dedupe_key=str(row[0]),
                ),
            )
