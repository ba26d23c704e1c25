"""What the preflight looks at: one deployment as it is configured here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from lib.registration import API, Registration
from lib.services import Services
from lib.store.store import Connection
from lib.verification.target import Target, read_target

SEE_GUARD: Final = "Mend what the line `guard` says first."
CHECKOUT_MS: Final = 1_000
"""The wait for a connection: where the database is away, each check would else wait as long as the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The parts of this instance, and what was asked for."""

    services: Services
    registration: Registration | None
    """What this code registers with Inngest; None while Inngest cannot be used."""
    instances: int
    """How many instances are taken to run at once."""
    previews: tuple[Target, ...] = ()
    """Deployments that have to be previews."""

    @property
    def endpoint(self) -> Target | None:
        """Where Inngest is told to call this deployment; None where no origin is configured."""
        origin = self.services.environment.serve_origin
        if origin is None or self.registration is None:
            return None
        return read_target(origin + self.registration.path, path="/")

    @property
    def inngest_api(self) -> str:
        """The address of Inngest's API."""
        settings = self.services.settings
        return settings.inngest_api_base_url or settings.inngest_base_url or API

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction of a check that rests on the database. Raises what `Store.transaction` does."""
        with self.services.store.transaction(checkout_timeout_ms=CHECKOUT_MS) as connection:
            yield connection
