"""Sends that are broken off: by the end of their process, or by what the mail server does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Final

from tests.conftest import Database
from tests.faults.ill_server import CERTIFICATE, PASSWORD, USER, Ill, IllServer
from tests.faults.instances import Died, Instance, Instances
from tests.faults.points import Act, At
from tests.faults.wire import COMMAND, Request

RELEASED: Final = """
WITH space AS (
    INSERT INTO workspaces (name) VALUES ('team') ON CONFLICT (name) DO UPDATE SET name = excluded.name
    RETURNING id
), lead AS (
    INSERT INTO leads (workspace_id, email, name)
    SELECT id, gen_random_uuid() || '@lead.example', 'Bea' FROM space RETURNING workspace_id, id
), message AS (
    INSERT INTO messages (workspace_id, lead_id, channel, direction, subject, body, rfc_message_id, thread_id,
        sent_at)
    SELECT workspace_id, id, 'email', 'inbound', 'Your offer', 'And now?', '<' || id || '@lead.example>', id,
        everytick_now() FROM lead RETURNING workspace_id, lead_id, id
), draft AS (
    INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content)
    SELECT workspace_id, lead_id, id, 'email', 'Hello Bea' FROM message RETURNING workspace_id, id
)
INSERT INTO jobs (workspace_id, kind, payload, dedupe_key, dedupe_scope, status)
SELECT workspace_id, 'draft.send', jsonb_build_object('draftId', id), id, 'while_active', 'pending' FROM draft
RETURNING payload ->> 'draftId'
"""
"""A draft that a person released: its id."""
FATE: Final = """
SELECT d.status, d.send_unconfirmed, d.send_error, j.status,
    (SELECT count(*) FROM messages m WHERE m.draft_id = d.id)
FROM drafts d JOIN jobs j ON j.payload ->> 'draftId' = d.id::text WHERE d.id = %s
"""
LATER: Final = """
UPDATE jobs SET run_at = greatest(run_at, everytick_now() + interval '1 hour'),
    lease_expires_at = CASE status WHEN 'running' THEN everytick_now() + interval '1 hour' END
WHERE status IN ('pending', 'running')
"""
"""What was broken off before waits until all is settled: each process has one send."""
OPEN: Final = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running')"
NOWHERE: Final = At(point="nowhere", act=Act.KILL)
FIRST_POINT: Final = "before the handler of draft.send #1"
LAST_POINT: Final = "after the commit of worker.exchange #2"
"""The job's end is written."""
STEP: Final = timedelta(minutes=5)
"""Past any lease and any wait before a next attempt."""
ROUNDS: Final = 40


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of one released draft."""

    mails: int
    status: str
    unconfirmed: bool
    error: str | None
    job: str
    recorded: int
    """Outbound messages in the database."""

    @property
    def lawful(self) -> bool:
        """Exactly one mail that is called sent, or a flag that an operator sees."""
        if self.unconfirmed:
            return self.mails <= 1 and self.status == "approved"
        if self.status == "approved":
            return (self.mails, self.recorded) == (1, 1)
        return self.status == "pending" and self.mails == 0 and self.error is not None and self.job == "dead"

    def __str__(self) -> str:
        if self.unconfirmed:
            return "`send_unconfirmed`"
        if self.status == "approved":
            return "sent"
        return "`pending`, refused; job dead"


@dataclass(kw_only=True)
class Sends:
    """Released drafts, whoever sends them, and the server they are sent to."""

    database: Database
    server: IllServer
    instances: Instances
    environ: dict[str, str]
    shift: timedelta = field(default_factory=timedelta)

    def release(self) -> str:
        """A draft whose send is due, alone; its id."""
        self.database.run(LATER)
        return str(self.database.value(RELEASED))

    def start(self, at: At = NOWHERE, *, without: tuple[str, ...] = ()) -> Instance:
        """A process that sends."""
        return self.instances.start(self.environ, at=at, without=without, conversations=True)

    def drain(self, instance: Instance) -> list[str]:
        """Have it do what is due; the points that it crossed."""
        return self._command(instance, "jobs drain --json")

    def killed(self, point: str, *, without: tuple[str, ...] = ()) -> str:
        """A draft whose first sender died at `point`."""
        draft = self.release()
        instance = self.start(At(point=point, act=Act.KILL), without=without)
        try:
            self.drain(instance)
        except Died:
            assert instance.at == point
            return draft
        raise AssertionError(f"no sender comes to {point}")

    def met(self, ill: Ill, instance: Instance) -> str:
        """A draft whose first sender met `ill`."""
        draft = self.release()
        self.server.ill = ill
        self.drain(instance)
        assert self.server.is_well, f"no sender met: {ill}"
        return draft

    def settle(self, *, without: tuple[str, ...] = ()) -> None:
        """Let time pass and the work be done again, maintenance too, until nothing is open."""
        instance = self.start(without=without)
        self.shift += timedelta(hours=1)
        for _ in range(ROUNDS):
            self.shift += STEP
            self.database.shift_clock(self.shift)
            self.drain(instance)
            if self.database.value(OPEN) == 0:
                break
        for _ in range(2):  # maintenance settles what no job does
            self._command(instance, "tick")
            self.shift += STEP * 3
            self.database.shift_clock(self.shift)
        assert self.database.value(OPEN) == 0

    def fate(self, draft: str) -> Fate:
        """What became of it."""
        (row,) = self.database.rows(FATE, draft)
        status, unconfirmed, error, job, recorded = row
        return Fate(
            mails=self.server.taken.count(draft),
            status=status,
            unconfirmed=unconfirmed,
            error=error,
            job=job,
            recorded=recorded,
        )

    def points(self) -> list[str]:
        """The points of a send that meets nothing, without those at which nothing new has happened."""
        self.release()
        crossed = self.drain(self.start())
        own = crossed[crossed.index(FIRST_POINT) : crossed.index(LAST_POINT) + 1]
        return own[:1] + [
            point
            for before, point in pairwise(own)
            if not (point.startswith("before the commit") and before.startswith("after the commit"))
        ]

    def _command(self, instance: Instance, command: str) -> list[str]:
        shift = self.shift.total_seconds()
        reply = instance.call(Request(method=COMMAND, path=command, shift_s=shift))
        assert reply.status in (0, 7), (command, reply.body)
        return reply.points


@contextmanager
def sends(
    database: Database, server: IllServer, instances: Instances, environ: dict[str, str]
) -> Iterator[Sends]:
    """Sends from an empty database; every process is ended afterwards."""
    address = f"smtp://{USER}:{PASSWORD}@0.0.0.0:{server.port}"
    held = Sends(
        database=database,
        server=server,
        instances=instances,
        environ={
            **environ,
            "SMTP_URL": address,
            "SMTP_TIMEOUT_MS": "2000",
            "SSL_CERT_FILE": str(CERTIFICATE),
            "BACKGROUND_JOB_WORKER_CONCURRENCY": "1",
        },
    )
    try:
        yield held
    finally:
        instances.end_all()
