"""`POST /api/operator/jobs/{id}/{retry|discard}`: what `flask jobs` does, without a shell (design §4)."""

import re
from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint

from lib.errors import JobNotFound, WrongJobState
from lib.jobs.operate import Operated, discard_jobs, retry_jobs
from lib.services import Services
from lib.web.operator import require_operator
from lib.web.operator_body import OperatorBody, read_operator_body

PATH: Final = "/api/operator/jobs/<id>"
JOB_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
LARGEST_ID: Final = 2**63 - 1


def operator_jobs_routes(services: Services) -> Blueprint:
    """Both routes."""
    routes = Blueprint("operator_jobs", __name__)

    @routes.post(f"{PATH}/retry")
    def retry(id: str) -> dict[str, Any]:  # noqa: A002 - what the address calls it
        return _operated(services, id, retry_jobs)

    @routes.post(f"{PATH}/discard")
    def discard(id: str) -> dict[str, Any]:  # noqa: A002 - what the address calls it
        return _operated(services, id, discard_jobs)

    return routes


def _operated(services: Services, said: str, operate: Callable[..., list[Operated]]) -> dict[str, Any]:
    """Have `operate` change the job that the address says; what came of it."""
    require_operator(services)
    wanted, body = _job_id(said), read_operator_body(OperatorBody)
    who, why = services.redactor.text(body.kept_actor), services.redactor.text(body.reason)
    with (
        services.store.transaction() as connection,
        connection.transaction(force_rollback=body.dry_run),
    ):
        done = operate(connection, [wanted], actor=who, reason=why)
    return _told(done, dry_run=body.dry_run)


def _job_id(said: str) -> int:
    """The id that the address says. Raises JobNotFound for what no job can have."""
    if JOB_ID.fullmatch(said) is None or int(said) > LARGEST_ID:
        raise JobNotFound
    return int(said)


def _told(done: list[Operated], *, dry_run: bool) -> dict[str, Any]:
    """What came of the one job. Raises JobNotFound, and WrongJobState where nothing could be changed."""
    (one,) = done
    if one.status is None:
        raise JobNotFound
    if one.problem is not None:
        raise WrongJobState(f"Job {one.job_id} was left as it is: {one.problem}.")
    return {"dryRun": dry_run, "job": {"id": one.job_id, "was": one.status}}
