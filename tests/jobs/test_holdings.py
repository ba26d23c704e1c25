import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest

from lib.jobs.holdings import Holdings
from lib.jobs.job import ClaimedJob
from lib.jobs.pace import Pace


def job(job_id: int) -> ClaimedJob:
    return ClaimedJob(
        id=job_id,
        token=UUID(int=job_id),
        workspace_id=None,
        kind="a",
        payload="{}",
        attempt=0,
        crashes=0,
        max_attempts=5,
        reschedules=0,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class TestTake:
    def test_in_order_until_settled(self) -> None:
        """A job is held until it is dropped, whoever has it."""
        holdings = Holdings()
        holdings.add([job(1), job(2)])
        assert [one.id for one in holdings.take(Pace(), wait=True)] == [1]
        assert (holdings.waiting, holdings.busy, holdings.idle) == (1, 1, False)
        assert [one.id for one in holdings.held] == [1, 2]
        holdings.drop([1])
        assert [one.id for one in holdings.take(Pace(), wait=False)] == [2]
        holdings.drop([2, 99])
        assert holdings.idle

    def test_nothing_yet(self) -> None:
        assert Holdings().take(Pace(), wait=False) == []

    def test_waits_for_jobs(self) -> None:
        holdings, taken = Holdings(), list[ClaimedJob]()
        thread = threading.Thread(target=lambda: taken.extend(holdings.take(Pace(), wait=True)))
        thread.start()
        holdings.add([job(1)])
        thread.join(10)
        assert [one.id for one in taken] == [1]

    def test_put_back_comes_first(self) -> None:
        """What another had taken is next again, in its order; what is settled meanwhile is forgotten."""
        holdings = Holdings()
        holdings.add([job(number) for number in (1, 2, 3, 4)])
        ahead = [holdings.take(Pace(), wait=False)[0] for _ in range(3)]
        holdings.drop([2])
        holdings.put_back(ahead)
        assert [holdings.take(Pace(), wait=False)[0].id for _ in range(3)] == [1, 3, 4]


class TestEnd:
    def test_closed(self) -> None:
        """Nothing is given out any more; what waited goes to whoever closes."""
        holdings = Holdings()
        holdings.add([job(1)])
        assert [one.id for one in holdings.close()] == [1]
        assert holdings.take(Pace(), wait=True) == []
        assert holdings.close() == []

    def test_the_first_failure_is_raised(self) -> None:
        holdings = Holdings()
        holdings.raise_failure()
        holdings.fail(ValueError("first"))
        holdings.fail(ValueError("second"))
        assert holdings.take(Pace(), wait=True) == []
        with pytest.raises(ValueError, match="first"):
            holdings.raise_failure()
