import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import structlog
from structlog.testing import capture_logs

from lib.clock import Deadline
from lib.jobs.execution import execute_job
from lib.jobs.job import ClaimedJob
from lib.jobs.kind import RunningJob
from lib.jobs.outcomes import Permanent, Reschedule, RetryAfter
from tests.jobs.conftest import Queue

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def claimed(kind: str = "test.probe", payload: str = "{}", *, attempt: int = 0) -> ClaimedJob:
    return ClaimedJob(
        id=7,
        token=UUID(int=7),
        workspace_id=UUID(int=1),
        kind=kind,
        payload=payload,
        attempt=attempt,
        crashes=2,
        max_attempts=5,
        reschedules=0,
        created_at=LATER,
    )


def deadline(queue: Queue) -> Deadline:
    return Deadline.after_ms(queue.services.clock, 30_000)


class TestExecute:
    def test_what_a_handler_knows(self, queue: Queue) -> None:
        seen: list[RunningJob] = []
        queue.handle("test.probe", seen.append)

        ended = execute_job(queue.services, claimed(attempt=3), deadline(queue))

        assert (ended.decision, ended.state, ended.attempts) == (None, "succeeded", 1)
        (known,) = seen
        assert (known.id, known.workspace_id, known.attempt, known.crashes, known.created_at) == (
            7,
            UUID(int=1),
            3,
            2,
            LATER,
        )

    @pytest.mark.parametrize(
        ("error", "state", "stored"),
        [
            pytest.param(ValueError("no"), "queued", "ValueError: no", id="failure"),
            pytest.param(Permanent("never"), "dead", "Permanent: never", id="permanent"),
            pytest.param(Reschedule(LATER, "closed"), "queued", "Reschedule: closed", id="reschedule"),
            pytest.param(RetryAfter(timedelta(1), "busy"), "queued", "RetryAfter: busy", id="retry after"),
            pytest.param(SystemExit(3), "queued", "SystemExit: 3", id="a library that exits"),
            pytest.param(KeyboardInterrupt(), "queued", "KeyboardInterrupt: ", id="an interrupt"),
            pytest.param(ValueError("a\x00b"), "queued", "ValueError: a\ufffdb", id="NUL"),
        ],
    )
    def test_what_it_raises(self, queue: Queue, error: BaseException, state: str, stored: str) -> None:
        def fail(_job: RunningJob) -> None:
            raise error

        queue.handle("test.probe", fail)

        ended = execute_job(queue.services, claimed(), deadline(queue))

        assert (ended.state, ended.error) == (state, stored)

    def test_secrets_stay_out_of_last_error(self, queue: Queue) -> None:
        def fail(_job: RunningJob) -> None:
            raise ValueError("postgresql://me:hunter2@db/x")

        queue.handle("test.probe", fail)
        assert "hunter2" not in str(execute_job(queue.services, claimed(), deadline(queue)))

    @pytest.mark.parametrize(
        ("kind", "payload", "error"),
        [
            pytest.param("test.unheard_of", "{}", "UnknownJobKind: ", id="unknown kind"),
            pytest.param(
                "test.probe", '{"note": {"secret": "hunter2"}}', "InvalidPayload: ", id="bad payload"
            ),
        ],
    )
    def test_what_cannot_run(self, queue: Queue, kind: str, payload: str, error: str) -> None:
        ended = execute_job(queue.services, claimed(kind, payload), deadline(queue))
        assert (ended.state, ended.attempts) == ("dead", 0)
        assert str(ended.error).startswith(error)
        assert "hunter2" not in str(ended.error)

    def test_log_lines_carry_the_job(self, queue: Queue) -> None:
        """Whatever a handler logs says which job it was; afterwards nothing is bound."""
        queue.handle("test.probe", lambda _job: structlog.get_logger().info("here"))
        with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
            execute_job(queue.services, claimed(), deadline(queue))
        assert [(line["job_id"], line["kind"]) for line in lines if line["event"] == "here"] == [
            (7, "test.probe")
        ]
        assert structlog.contextvars.get_contextvars() == {}

    def test_where_it_failed_is_logged(self, queue: Queue) -> None:
        queue.handle("test.probe", lambda _job: sys.exit("enough"))
        with capture_logs() as lines:
            execute_job(queue.services, claimed(), deadline(queue))
        assert [line["place"].split(":")[0] for line in lines if line["event"] == "job.raised"] == [__file__]
