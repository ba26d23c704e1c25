"""Every error that Everytick raises, as one tree.

EverytickError
├── EnvironmentRefused            the guard, or a database that belongs to another kind
├── StoreError
│   ├── StoreUnavailable          PostgreSQL cannot be reached in time
│   │   ├── StoreTimedOut         a statement or a lock took too long
│   │   └── StoreBusy             all of this instance's connections are in use
│   ├── SchemaOutdated            the database is older than this code
│   ├── SchemaTooNew              the database no longer serves this code
│   └── MigrationRefused          an upgrade that may not run here
├── RequestError                  what a caller sent
│   ├── Unauthorized              lib/inngest_signature.py: SignatureMalformed · SignatureStale
│   ├── CallHeardBefore           lib/inngest_signature.py: a signed call that was sent again
│   ├── Forbidden · BadRequest · NotFound · PayloadTooLarge · UnsupportedMediaType
├── InngestError                  lib/registration.py: what registering the functions meets
│   ├── ServeOriginMissing        nothing says where Inngest shall call this deployment
│   ├── SyncTimedOut              Inngest did not take the functions' registration in time
│   ├── SyncRefused               Inngest refused the registration
│   └── SyncFailed                the registration did not get through
├── ControlUnreadable · ControlRefused   lib/rollout: a control cannot be read, or may not be set so
├── WorkFailed                    a responsibility ended as failed
├── RunError                      lib/work/run_error.py: a step of a durable run; the engine calls again
│   ├── RunDeferred               somebody else is at it
│   ├── StepBroken                its work raised
│   ├── StepsMissing              steps that ran side by side came back incomplete
│   └── MemoUnreadable            a step came back in another shape
├── MaintenanceItemFailed         lib/maintenance/item.py: an item of maintenance failed again
├── JobError
│   └── UnknownJobKind · InvalidPayload · JobNotFound · WrongJobState · LeaseLost · JobDeadlineExceeded
├── MailError
│   ├── MailUnreadable
│   │   └── MailTooComplex        more parts, depth or headers than a real mail has
│   ├── MailTooLarge · MailWithoutLead
│   └── SendError
│       ├── SendRefused           certain: nothing was sent, and trying again is no use
│       ├── SendDeferred          certain: nothing was sent, try again
│       └── SendOutcomeUnknown    it may have been sent
├── LlmError                      lib/llm/errors.py: why a language model gave no usable answer
├── ReplayError                   lib/replay/errors.py: what the replay gate meets
├── EventsNotSent                 lib/ticks/send_error.py: the event API did not take a tick's events
├── ToldToEnd                     lib/stopping.py: not begun, for the process is to end
└── UsageProblem                  a command called wrongly

A class's docstring is its default message and says what to do next. Facts go into attributes, secrets
nowhere. What a job's handler raises to steer its own retry is in lib/jobs/outcomes.py: those are decisions,
not errors.
"""

import inspect
from typing import ClassVar

from lib.exit_codes import ExitCode


class EverytickError(Exception):
    """Everytick failed; the log event beside this message has the facts."""

    code: ClassVar[str] = "internal_error"
    """Stable, machine-readable; appears in problem documents and logs."""
    http_status: ClassVar[int] = 500
    retriable: ClassVar[bool] = False
    """Whether the same call may go well later without anybody changing anything."""
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str | None = None) -> None:
        """Take `message`, or the class's docstring when None."""
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or self.code))

    @property
    def message(self) -> str:
        """The human sentence: what was wrong and what to do."""
        return str(self)


class EnvironmentRefused(EverytickError):
    """This deployment may not run here; `flask env check` names every problem with its cure."""

    code = "environment_refused"
    http_status = 503
    exit_code = ExitCode.ENVIRONMENT_REFUSED

    def __init__(self, message: str | None = None, *, problem_code: str | None = None) -> None:
        """`problem_code` is the guard's reason code, the docstring's general one when None."""
        super().__init__(message)
        self.problem_code = problem_code or self.code


class StoreError(EverytickError):
    """The database cannot be used as it is."""

    code = "store_error"
    http_status = 503


class StoreUnavailable(StoreError):
    """PostgreSQL did not answer in time; nothing was changed, try again when it is back."""

    code = "store_unavailable"
    retriable = True


class StoreTimedOut(StoreUnavailable):
    """A statement or the wait for a lock took too long; nothing was changed, try again."""

    code = "store_timed_out"


class StoreBusy(StoreUnavailable):
    """All of this instance's connections are in use: raise DATABASE_POOL_MAX or have fewer workers."""

    code = "store_busy"


class SchemaOutdated(StoreError):
    """The database is older than this code: run `flask db upgrade`."""

    code = "schema_outdated"
    retriable = True


class SchemaTooNew(StoreError):
    """The database no longer serves code this old: deploy the current version."""

    code = "schema_too_new"
    retriable = True


class MigrationRefused(StoreError):
    """A database on another host is only upgraded when you say what it is: add --as KIND."""

    code = "migration_refused"
    exit_code = ExitCode.ENVIRONMENT_REFUSED


class RequestError(EverytickError):
    """The request cannot be served as it was sent."""

    code = "bad_request"
    http_status = 400


class BadRequest(RequestError):
    """The request is malformed."""


class Unauthorized(RequestError):
    """The request carries no valid credentials."""

    code = "unauthorized"
    http_status = 401


class Forbidden(RequestError):
    """Callers from there are not let in."""

    code = "forbidden"
    http_status = 403


class NotFound(RequestError):
    """There is nothing at this address."""

    code = "not_found"
    http_status = 404
    exit_code = ExitCode.NOTHING_FOUND


class PayloadTooLarge(RequestError):
    """The body is larger than this route takes."""

    code = "payload_too_large"
    http_status = 413


class UnsupportedMediaType(RequestError):
    """The body's content type is not one that this route reads."""

    code = "unsupported_media_type"
    http_status = 415


class WorkFailed(EverytickError):
    """Inline work failed; the window stays open for the next call."""

    code = "work_failed"
    retriable = True


class JobError(EverytickError):
    """A job cannot go on as asked."""

    code = "job_error"


class UnknownJobKind(JobError):
    """No handler is registered for this kind: deploy the code that has it, or discard the job."""

    code = "unknown_job_kind"
    exit_code = ExitCode.USAGE


class InvalidPayload(JobError):
    """The payload does not fit the kind's model."""

    code = "invalid_payload"
    exit_code = ExitCode.USAGE


class JobNotFound(JobError):
    """There is no job with this id."""

    code = "job_not_found"
    http_status = 404
    exit_code = ExitCode.NOTHING_FOUND


class WrongJobState(JobError):
    """The job's state does not allow this."""

    code = "wrong_job_state"
    http_status = 409


class LeaseLost(JobError):
    """The lease passed to another holder; this execution may no longer change the job."""

    code = "lease_lost"


class JobDeadlineExceeded(JobError):
    """The handler ran longer than BACKGROUND_JOB_TIMEOUT_MS; it is retried."""

    code = "job_deadline_exceeded"
    retriable = True


class MailError(EverytickError):
    """A mail cannot be handled."""

    code = "mail_error"


class MailUnreadable(MailError):
    """This is not a mail: it has no header that says who sent it."""

    code = "mail_unreadable"
    http_status = 400


class MailTooComplex(MailUnreadable):
    """The mail has more parts or headers than a real one: ask the sender for a simpler one."""

    code = "mail_too_complex"


class MailTooLarge(MailError):
    """The mail is larger than Everytick takes."""

    code = "mail_too_large"
    http_status = 413


class MailWithoutLead(MailError):
    """The mail is the team's own and names nobody else: there is no lead to file it under."""

    code = "mail_without_lead"
    http_status = 400


class SendError(MailError):
    """The mail could not be handed over."""

    code = "send_error"


class SendRefused(SendError):
    """The mail server refused this mail for good; nothing was sent."""

    code = "send_refused"


class SendDeferred(SendError):
    """The mail server could not take it now; nothing was sent, it is tried again."""

    code = "send_deferred"
    retriable = True


class SendOutcomeUnknown(SendError):
    """The connection broke after the mail was handed over; whether it was sent cannot be known."""

    code = "send_outcome_unknown"


class UsageProblem(EverytickError):
    """The command was called wrongly."""

    code = "usage"
    exit_code = ExitCode.USAGE
