"""The numbered points of a process: before and after each of its transactions, sends, mails and handlers.

A process that was told a point ends there by SIGKILL, or is stopped there by SIGSTOP.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from types import FrameType
from typing import Any, Final, cast

from lib.clock import Deadline
from lib.drafts.mailer import Mailer
from lib.drafts.outgoing_mail import OutgoingMail
from lib.errors import EnvironmentRefused
from lib.event_sender import EventSender, OutgoingEvent
from lib.jobs.kind import JobKind, JobKinds, RunningJob
from lib.services import Services
from lib.store.store import Connection, Store

BESIDE: Final = frozenset({"transaction", "persistently", "__enter__", "<lambda>", "work", "exchange"})
"""Functions that open a transaction for somebody else, after whom a point is named."""
WROTE: Final = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
"""Whether this transaction has written or locked rows."""


class Act(StrEnum):
    """What happens to the process at its point."""

    KILL = "kill"
    FREEZE = "freeze"


@dataclass(frozen=True, kw_only=True)
class At:
    """Where, and what."""

    point: str
    act: Act


class Points:
    """Counts a process's points by name, and ends or stops it at one of them."""

    def __init__(self, at: At | None, *, tell: Callable[[At], None]) -> None:
        """`tell` is called with its point before the process is stopped or killed there."""
        self._at = at
        self._tell = tell
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self.names: list[str] = []
        """Those crossed so far, in order, each with its number among those of one name."""

    def cross(self, name: str) -> None:
        """Be at the point `name`."""
        with self._lock:
            self._seen[name] += 1
            numbered = f"{name} #{self._seen[name]}"
            self.names.append(numbered)
            if self._at is None or numbered != self._at.point:
                return
            at, self._at = self._at, None
        self._tell(at)
        if at.act is Act.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        else:  # the whole process stops; this thread before its next line, not at some time soon
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


@dataclass(frozen=True, kw_only=True)
class WatchedStore:
    """The real store, with a point before and after each commit of something that was written.

    What only read leaves everything outside the process as it was, and how often it does so may be chance.
    """

    store: Store
    points: Points

    @contextmanager
    def transaction(
        self, *, statement_timeout_ms: int | None = None, checkout_timeout_ms: int | None = None
    ) -> Iterator[Connection]:
        who = _caller()
        with self.store.transaction(
            statement_timeout_ms=statement_timeout_ms, checkout_timeout_ms=checkout_timeout_ms
        ) as connection:
            yield connection
            ((wrote,),) = connection.execute(WROTE).fetchall()
            if wrote:
                self.points.cross(f"before the commit of {who}")
        if wrote:
            self.points.cross(f"after the commit of {who}")

    @property
    def refusal(self) -> EnvironmentRefused | None:
        return self.store.refusal

    def close(self) -> None:
        self.store.close()


@dataclass(frozen=True, kw_only=True)
class WatchedSender:
    """The real sender, with a point before and after each send."""

    sender: EventSender
    points: Points

    def send(self, events: Sequence[OutgoingEvent]) -> tuple[str, ...]:
        self.points.cross("before the events are sent")
        ids = self.sender.send(events)
        self.points.cross("after the events were sent")
        return ids


@dataclass(frozen=True, kw_only=True)
class WatchedMailer:
    """The real mailer, with a point before and after each mail."""

    mailer: Mailer
    points: Points

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        self.points.cross("before the mail goes")
        self.mailer.send(mail, deadline=deadline, commit=commit)
        self.points.cross("after the mail went")

    def has_taken(self, message_id: str) -> bool | None:
        return self.mailer.has_taken(message_id)


def watched(services: Services, points: Points) -> Services:
    """`services` with points around whatever has an effect outside the process."""
    return replace(
        services,
        store=cast("Store", WatchedStore(store=services.store, points=points)),
        sender=WatchedSender(sender=services.sender, points=points),
        mailer=WatchedMailer(mailer=services.mailer, points=points),
        kinds=JobKinds(*(_watched_kind(kind, points) for kind in services.kinds.values())),
    )


def _watched_kind(kind: JobKind[Any], points: Points) -> JobKind[Any]:
    def handler(payload: Any, job: RunningJob, services: Services) -> None:
        points.cross(f"before the handler of {kind.name}")
        kind.handler(payload, job, services)
        points.cross(f"after the handler of {kind.name}")

    return replace(kind, handler=handler)


def _caller() -> str:
    """Whose transaction this is: the nearest function of ours that does not open it for another."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - how a stack is looked at
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("lib.", "inngest_functions.")) and frame.f_code.co_name not in BESIDE:
            return f"{module.rpartition('.')[2]}.{frame.f_code.co_name.strip('_')}"
        frame = frame.f_back
    return "nobody known"
