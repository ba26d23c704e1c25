import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from lib.clock import Deadline, SystemClock
from lib.event_sender import OutgoingEvent
from lib.log.setup import log_context
from lib.ticks.bounded_send import BoundedSender
from lib.ticks.events import tick_events
from lib.ticks.send_error import EventsNotSent, SendErrorClass
from tests.ticks.test_events import dispatch

EVENTS = tick_events(dispatch())
IDS = ("1", "2")
SLACK_SECONDS = 2.0


class Network:
    """An event API in the test's hand: each post waits until it is let go."""

    def __init__(self) -> None:
        self.begun: list[Deadline] = []
        self.reached = threading.Semaphore(0)
        self.released = threading.Semaphore(0)
        self.outcome: Callable[[], tuple[str, ...]] = lambda: IDS

    def post(self, events: Sequence[OutgoingEvent], deadline: Deadline) -> tuple[str, ...]:
        assert events == EVENTS
        self.begun.append(deadline)
        self.reached.release()
        assert self.released.acquire(timeout=30)
        return self.outcome()


@pytest.fixture
def network() -> Iterator[Network]:
    """What hangs is let go at the end."""
    held = Network()
    yield held
    for _ in range(10):
        held.released.release()
    for thread in threading.enumerate():
        if thread.name == "everytick-send":
            thread.join(5)


def sender(network: Network, *, deadline_ms: int = 100) -> BoundedSender:
    return BoundedSender(network.post, clock=SystemClock(), deadline_ms=deadline_ms)


def failure(held: BoundedSender) -> tuple[SendErrorClass, float]:
    """How a send fails, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(EventsNotSent) as caught:
        held.send(EVENTS)
    return caught.value.error_class, time.monotonic() - began


class TestReturn:
    def test_gives_what_the_api_gave(self, network: Network) -> None:
        network.released.release()
        assert sender(network, deadline_ms=10_000).send(EVENTS) == IDS

    def test_the_network_has_a_little_less_than_the_deadline(self, network: Network) -> None:
        """So that its own error names the cause."""
        network.released.release()
        sender(network, deadline_ms=10_000).send(EVENTS)
        assert 8_000 < network.begun[0].remaining_ms() <= 9_000

    def test_an_error_is_raised_as_it_is(self, network: Network) -> None:
        def half() -> tuple[str, ...]:
            raise EventsNotSent(SendErrorClass.INCOMPLETE, accepted=("1",))

        network.outcome = half
        network.released.release()
        with pytest.raises(EventsNotSent) as caught:
            sender(network, deadline_ms=10_000).send(EVENTS)
        assert (caught.value.error_class, caught.value.accepted) == (SendErrorClass.INCOMPLETE, ("1",))

    def test_a_fault_of_ours_is_a_failed_send(self, network: Network) -> None:
        """The work is done inline then; its text stays inside, for it may hold the address."""

        def fault() -> tuple[str, ...]:
            raise KeyError("secret")

        network.outcome = fault
        network.released.release()
        with pytest.raises(EventsNotSent, match=r"^Sending broke \(KeyError\)\.$"):
            sender(network, deadline_ms=10_000).send(EVENTS)

    def test_keeps_the_ticks_log_context(self, network: Network) -> None:
        seen: dict[str, Any] = {}

        def look() -> tuple[str, ...]:
            seen.update(structlog.contextvars.get_contextvars())
            return IDS

        network.outcome = look
        network.released.release()
        with log_context(dispatch_key="k"):
            sender(network, deadline_ms=10_000).send(EVENTS)
        assert seen == {"dispatch_key": "k"}


class TestDeadline:
    """Failure D2: no send holds its tick up, and none is begun behind one that hangs."""

    def test_the_tick_stops_waiting(self, network: Network) -> None:
        """Hard, whatever the network does: here nothing ever comes back."""
        error_class, seconds = failure(sender(network))
        assert error_class is SendErrorClass.TIMED_OUT
        assert seconds < 0.1 + SLACK_SECONDS

    def test_nothing_is_sent_while_that_send_has_not_returned(self, network: Network) -> None:
        """At once, and without another thread (design §5)."""
        held = sender(network)
        failure(held)
        assert [failure(held)[0] for _ in range(3)] == [SendErrorClass.STUCK] * 3
        assert len(network.begun) == 1

    @pytest.mark.parametrize("accepted", [True, False])
    def test_a_late_return_is_logged_and_frees_the_sender(self, network: Network, *, accepted: bool) -> None:
        def outcome() -> tuple[str, ...]:
            if not accepted:
                raise EventsNotSent(SendErrorClass.REJECTED)
            return IDS

        held = sender(network)
        with capture_logs() as logs:
            failure(held)
            network.outcome = outcome
            network.released.release()
            joined()
        assert [(line["event"], line["accepted"], line["error_class"]) for line in logs] == [
            ("tick.send_returned_late", accepted, None if accepted else "send_rejected")
        ]
        network.outcome = lambda: IDS
        network.released.release()
        assert held.send(EVENTS) == IDS

    def test_a_return_in_time_is_not_logged(self, network: Network) -> None:
        network.released.release()
        with capture_logs() as logs:
            sender(network, deadline_ms=10_000).send(EVENTS)
        assert logs == []


class TestConcurrent:
    def test_the_second_waits_for_its_turn(self, network: Network) -> None:
        held = sender(network, deadline_ms=20_000)
        with ThreadPoolExecutor() as pool:
            first = pool.submit(held.send, EVENTS)
            assert network.reached.acquire(timeout=10)
            second = pool.submit(held.send, EVENTS)
            network.released.release(2)
            assert (first.result(20), second.result(20)) == (IDS, IDS)
        assert len(network.begun) == 2

    def test_one_at_a_time(self, network: Network) -> None:
        """However many ticks come, at most one send is under way."""
        under_way, most = [0], [0]
        lock = threading.Lock()

        def outcome() -> tuple[str, ...]:
            with lock:
                under_way[0] -= 1
            return IDS

        def counted(events: Sequence[OutgoingEvent], deadline: Deadline) -> tuple[str, ...]:
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            return network.post(events, deadline)

        network.outcome = outcome
        held = BoundedSender(counted, clock=SystemClock(), deadline_ms=20_000)
        network.released.release(8)
        with ThreadPoolExecutor(8) as pool:
            results: list[Future[tuple[str, ...]]] = [pool.submit(held.send, EVENTS) for _ in range(8)]
            assert [one.result(20) for one in results] == [IDS] * 8
        assert most == [1]

    def test_who_waits_behind_one_that_hangs_stops_too(self, network: Network) -> None:
        held = sender(network, deadline_ms=300)
        with ThreadPoolExecutor() as pool:
            first = pool.submit(failure, held)
            assert network.reached.acquire(timeout=10)
            second = pool.submit(failure, held)
            assert first.result(10)[0] is SendErrorClass.TIMED_OUT
            error_class, seconds = second.result(10)
        assert error_class is SendErrorClass.STUCK
        assert seconds < 0.3 + SLACK_SECONDS
        assert len(network.begun) == 1


class TestWithoutThreads:
    def test_is_a_failed_send(self, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
        """A process that can start no more threads still does its work inline, and sends again later."""

        def none_left(_thread: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        held = sender(network, deadline_ms=10_000)
        with monkeypatch.context() as patch:
            patch.setattr("lib.ticks.bounded_send.threading.Thread.start", none_left)
            assert failure(held)[0] is SendErrorClass.REFUSED
        network.released.release()
        assert held.send(EVENTS) == IDS


def joined() -> None:
    """Wait until every send's thread has ended."""
    for thread in threading.enumerate():
        if thread.name == "everytick-send":
            thread.join(10)
