import pytest

from lib.errors import JobNotFound
from lib.jobs.job import JobStatus
from lib.jobs.records import find_job, list_jobs
from tests.jobs.conftest import Queue


def test_public_shape(queue: Queue) -> None:
    space = queue.workspace("Acme")
    job_id = queue.put(payload={"note": "hi"}, workspace_id=space).job_id
    with queue.services.store.transaction() as connection:
        told = find_job(connection, job_id).as_json()
    assert told.pop("createdAt") <= told.pop("runAt")
    assert told == {
        "id": job_id,
        "kind": "test.probe",
        "status": "pending",
        "workspaceId": str(space),
        "workspace": "Acme",
        "payload": {"note": "hi"},
        "dedupeKey": None,
        "dedupeScope": None,
        "priority": 0,
        "attempt": 0,
        "crashes": 0,
        "maxAttempts": 5,
        "reschedules": 0,
        "leasedBy": None,
        "leaseExpiresAt": None,
        "lastError": None,
        "startedAt": None,
        "finishedAt": None,
    }


def test_missing(queue: Queue) -> None:
    with queue.services.store.transaction() as connection, pytest.raises(JobNotFound, match="no job 9"):
        find_job(connection, 9)


def test_list(queue: Queue) -> None:
    """The newest first; a workspace by name or id."""
    space = queue.workspace("Acme")
    queue.put(workspace_id=space)
    queue.drain()
    queue.put(workspace_id=space)
    queue.put()
    with queue.services.store.transaction() as connection:
        assert [job.id for job in list_jobs(connection)] == [3, 2, 1]
        assert [job.id for job in list_jobs(connection, workspace=str(space))] == [2, 1]
        assert [job.id for job in list_jobs(connection, status=JobStatus.SUCCEEDED, workspace="Acme")] == [1]
        assert list_jobs(connection, kind="test.other") == []
