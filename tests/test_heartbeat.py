import threading

import psycopg
import pytest
from structlog.testing import capture_logs

from lib.errors import EnvironmentRefused, StoreUnavailable
from lib.heartbeat import heartbeat

WAIT = 10


class TestHeartbeat:
    def test_beats_while_the_work_lasts(self) -> None:
        beats = threading.Semaphore(0)

        def beat() -> bool:
            beats.release()
            return True

        with heartbeat(beat, every_ms=5, name="test"):
            assert all(beats.acquire(timeout=WAIT) for _ in range(3))
        assert not [t for t in threading.enumerate() if t.name == "heartbeat-test"]

    def test_ends_when_it_is_lost(self) -> None:
        beats: list[int] = []
        first = threading.Event()

        def beat() -> bool:
            beats.append(1)
            first.set()
            return False

        with heartbeat(beat, every_ms=5, name="lost"):
            assert first.wait(WAIT)
            for thread in threading.enumerate():
                if thread.name == "heartbeat-lost":
                    thread.join(WAIT)
        assert beats == [1]

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (StoreUnavailable(), "store_unavailable"),
            (EnvironmentRefused(), "environment_refused"),
            (psycopg.errors.UndefinedTable(), "UndefinedTable"),
        ],
        ids=["away", "another kind's", "broken"],
    )
    def test_survives_whatever_a_beat_meets(self, error: Exception, code: str) -> None:
        """A missed beat is logged; the lease outlives a few of them (design §5)."""
        again = threading.Event()
        calls: list[int] = []

        def beat() -> bool:
            calls.append(1)
            if len(calls) == 1:
                raise error
            again.set()
            return True

        with capture_logs() as logs, heartbeat(beat, every_ms=5, name="away"):
            assert again.wait(WAIT)
        assert (logs[0]["event"], logs[0]["code"]) == ("job.heartbeat_failed", code)
