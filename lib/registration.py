"""What this deployment registers with Inngest, for whoever shows or asks for it without knowing the SDK."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.errors import EverytickError
from lib.exit_codes import ExitCode

APP_ID: Final = "everytick"
"""How Inngest knows the app; another one would be another app, with functions of its own."""
API: Final = "https://api.inngest.com"
DEFAULT_PATH: Final = "/api/inngest"
EXTENSION: Final = "everytick-registration"
"""Where the app keeps its Registration; absent while Inngest cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredFunction:
    """One function as Inngest will know it; what it does not limit is None or empty."""

    id: str
    triggers: tuple[str, ...]
    """Names of events, or cron expressions."""
    retries: int | None
    """Attempts after the first; None leaves it to Inngest."""
    concurrency: tuple[Mapping[str, Any], ...]
    idempotency: str | None
    """An expression on the event."""
    timeouts: Mapping[str, str]
    """`start` and `finish`, each in Inngest's words, such as `15m`."""

    def as_json(self) -> dict[str, Any]:
        """Its public shape."""
        return {
            "id": self.id,
            "triggers": list(self.triggers),
            "retries": self.retries,
            "concurrency": [dict(limit) for limit in self.concurrency],
            "idempotency": self.idempotency,
            "timeouts": dict(self.timeouts),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where Inngest is told to call, in which environment, and for what."""

    path: str
    env: str
    """What `x-inngest-env` says."""
    signed: bool
    """False only for the dev server, which neither signs nor checks."""
    functions: tuple[RegisteredFunction, ...]
    configuration_hash: str
    """SHA-256 of all that Inngest is told of the functions, but for their address: 64 hexadecimal digits."""


class InngestError(EverytickError):
    """Inngest cannot be used as asked.

    The statuses are those that the engine takes for a failure: it reads 502, 503 and 504 as success.
    """

    code = "inngest_error"


class ServeOriginMissing(InngestError):
    """Nothing says where Inngest shall call this deployment: set INNGEST_SERVE_ORIGIN to its origin."""

    code = "serve_origin_missing"
    exit_code = ExitCode.ENVIRONMENT_REFUSED


class SyncTimedOut(InngestError):
    """Inngest did not take the registration in time; whether it did later cannot be known: sync again."""

    code = "sync_timed_out"
    retriable = True


class SyncRefused(InngestError):
    """Inngest refused the registration and did not say why; what it was told before still holds."""

    code = "sync_refused"
    http_status = 400


class SyncFailed(InngestError):
    """The registration did not get through; what Inngest was told before still holds."""

    code = "sync_failed"
    retriable = True
