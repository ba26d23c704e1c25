"""One send at a time, each with a hard total deadline, whatever the network does (design §5)."""

import contextvars
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from lib.clock import Clock, Deadline
from lib.event_sender import OutgoingEvent
from lib.log.events import LogEvent
from lib.ticks.send_error import EventsNotSent, SendErrorClass

NETWORK_SHARE: Final = 0.9
"""The network has this share of the deadline, so that its own error names the cause and frees the sender."""

Post = Callable[[Sequence[OutgoingEvent], Deadline], tuple[str, ...]]
"""What really sends; raises EventsNotSent, and should end at the deadline, but nobody relies on that."""


@dataclass(slots=True, kw_only=True)
class _Sending:
    """One send that has begun; its fields are changed under the sender's lock only."""

    deadline: Deadline
    returned: bool = False
    abandoned: bool = False
    """Nobody waits for it any more."""
    ids: tuple[str, ...] = ()
    error: EventsNotSent | None = None


class BoundedSender:
    """The one sender of a process.

    A send runs in a daemon thread of its own. At the deadline its caller stops waiting; while that send has
    not returned, no other begins: threads that hang must not pile up.
    """

    def __init__(self, post: Post, *, clock: Clock, deadline_ms: int) -> None:
        self._post = post
        self._clock = clock
        self._deadline_ms = deadline_ms
        self._changed = threading.Condition()
        self._current: _Sending | None = None

    def send(self, events: Sequence[OutgoingEvent]) -> tuple[str, ...]:
        """The API's id for each of `events`; ends at the deadline. Raises EventsNotSent."""
        deadline = Deadline.after_ms(self._clock, self._deadline_ms)
        with self._changed:
            self._wait_for_turn(deadline)
            sending = self._current = _Sending(deadline=deadline)
        self._start(sending, events)
        with self._changed:
            self._changed.wait_for(lambda: sending.returned, timeout=deadline.remaining_ms() / 1000)
            if not sending.returned:
                sending.abandoned = True
                raise EventsNotSent(SendErrorClass.TIMED_OUT)
        if sending.error is not None:
            raise sending.error
        return sending.ids

    def _wait_for_turn(self, deadline: Deadline) -> None:
        """Wait while another send is within its deadline; that ends no later than this one's own."""
        while (current := self._current) is not None:
            if current.abandoned or current.deadline.passed:
                raise EventsNotSent(SendErrorClass.STUCK)
            its, ours = current.deadline.remaining_ms(), deadline.remaining_ms()
            if not self._changed.wait(min(its, ours) / 1000):
                raise EventsNotSent(SendErrorClass.STUCK if its <= ours else SendErrorClass.TIMED_OUT)

    def _start(self, sending: _Sending, events: Sequence[OutgoingEvent]) -> None:
        run = contextvars.copy_context().run
        thread = threading.Thread(
            target=run, args=(self._run, sending, events), name="everytick-send", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            self._finish(sending, (), EventsNotSent(SendErrorClass.REFUSED, "No thread can be started."))

    def _run(self, sending: _Sending, events: Sequence[OutgoingEvent]) -> None:
        network = sending.deadline.earlier_by_ms(self._deadline_ms * (1 - NETWORK_SHARE))
        ids: tuple[str, ...] = ()
        failure = None
        try:
            ids = self._post(events, network)
        except EventsNotSent as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - a fault of ours; named by class, its text may hold the key
            failure = EventsNotSent(SendErrorClass.UNREADABLE, f"Sending broke ({type(error).__name__}).")
        self._finish(sending, ids, failure)

    def _finish(self, sending: _Sending, ids: tuple[str, ...], error: EventsNotSent | None) -> None:
        with self._changed:
            sending.returned, sending.ids, sending.error = True, ids, error
            self._current = None
            self._changed.notify_all()
            late = sending.abandoned
        if late:
            structlog.get_logger().warning(
                LogEvent.TICK_SEND_RETURNED_LATE,
                accepted=error is None,
                error_class=error.error_class if error else None,
            )
