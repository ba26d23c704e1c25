import time

import pytest

from tests.jobs.conftest import Queue, queue

__all__ = ["queue"]


@pytest.mark.parametrize(
    ("fail", "status", "error"),
    [
        pytest.param(None, "succeeded", None, id="succeeds"),
        pytest.param("permanent", "dead", "Permanent: asked to fail for good", id="dead at once"),
        pytest.param("as you like", "scheduled", "RuntimeError: as you like", id="fails"),
    ],
)
def test_ends_as_asked(queue: Queue, fail: str | None, status: str, error: str | None) -> None:
    job_id = queue.put("system.noop", {"fail": fail}).job_id
    queue.drain()
    assert (queue.job(job_id)["status"], queue.job(job_id)["last_error"]) == (status, error)


def test_takes_as_long_as_asked(queue: Queue) -> None:
    queue.put("system.noop", {"sleepMs": 30})
    start = time.monotonic()
    assert queue.drain().succeeded == 1
    assert time.monotonic() - start >= 0.03
