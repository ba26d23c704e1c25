"""Running one job's handler and saying what shall become of the job."""

import structlog
from pydantic import BaseModel, ValidationError

from lib.clock import Deadline
from lib.errors import InvalidPayload
from lib.jobs.enqueue import payload_faults
from lib.jobs.job import ClaimedJob
from lib.jobs.kind import JobKind, RunningJob
from lib.jobs.last_error import describe_error, place_of
from lib.jobs.retry import decide_failure
from lib.jobs.settle import Settlement
from lib.log.events import LogEvent
from lib.services import Services


def execute_job(services: Services, job: ClaimedJob, deadline: Deadline) -> Settlement:
    """Run the handler of `job` to its end and decide by how it ended; whatever it raises is its failure.

    That includes SystemExit and KeyboardInterrupt: a library that calls `sys.exit()` ends its job, not the
    worker. Python delivers real interrupts to the main thread, which runs no handlers.
    """
    with structlog.contextvars.bound_contextvars(job_id=job.id, kind=job.kind):
        try:
            kind = services.kinds[job.kind]
            payload = parsed_payload(kind, job.payload)
            structlog.get_logger().debug(LogEvent.JOB_STARTED, attempt=job.attempt, crashes=job.crashes)
            kind.handler(payload, running_job(job, deadline), services)
        except BaseException as error:  # noqa: BLE001 - recorded as the job's last_error and logged
            return failed_settlement(services, job, error)
    return Settlement(job_id=job.id, token=job.token, kind=job.kind, decision=None)


def failed_settlement(services: Services, job: ClaimedJob, error: BaseException) -> Settlement:
    """What shall become of `job` after `error`."""
    decision = decide_failure(
        error,
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        reschedules=job.reschedules,
        chance=services.random.random(),
    )
    described = describe_error(services.redactor, error)
    structlog.get_logger().info(
        LogEvent.JOB_RAISED, job_id=job.id, error=described, place=place_of(error), reason=decision.reason
    )
    return Settlement(job_id=job.id, token=job.token, kind=job.kind, decision=decision, error=described)


def parsed_payload(kind: JobKind[BaseModel], payload: str) -> BaseModel:
    """The stored JSON as the kind's model; raises InvalidPayload."""
    try:
        return kind.payload.model_validate_json(payload)
    except ValidationError as error:
        raise InvalidPayload(
            f"The stored payload does not fit {kind.name!r} ({payload_faults(error)}): "
            "discard the job and enqueue it anew."
        ) from None


def running_job(job: ClaimedJob, deadline: Deadline) -> RunningJob:
    """What the handler may know of `job`."""
    return RunningJob(
        id=job.id,
        workspace_id=job.workspace_id,
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        crashes=job.crashes,
        created_at=job.created_at,
        deadline=deadline,
    )
