"""What this deployment registers with Inngest, for whoever shows or asks for it without knowing the SDK."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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
