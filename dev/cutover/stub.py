"""The stub of Inngest: between the event API on loopback and the engine that the tests use, and its ills."""

from enum import StrEnum
from typing import Any

from dev.engine.engine import Engine
from dev.engine.errors import BadEvent


class Health(StrEnum):
    """How the stub behaves."""

    WELL = "well"
    REFUSES = "refuses"
    """The event API answers every request with an error; what was accepted before is executed."""
    SILENT = "silent"
    """Events are accepted, and nobody is called."""


class Stub:
    """Takes what the app sends and calls it, as healthy as it was told to be."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._health = Health.WELL

    def begin(self, engine: Engine) -> None:
        """Be this engine from now on; it is made after the event API, whose address the app needs."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The engine behind it."""
        if self._engine is None:
            raise RuntimeError("the stub has no engine yet")
        return self._engine

    def become(self, health: Health) -> None:
        """Behave so from now on; what a silent one had accepted it then executes, however late."""
        self._health = health
        if health is Health.SILENT:
            self.engine.hold()
        else:
            self.engine.release()

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        """Take events as the event API does; their ids. Raises BadEvent while it refuses."""
        if self._health is Health.REFUSES:
            raise BadEvent("the rehearsal's event API is told to refuse")
        return self.engine.send(events, seed=seed)

    def work(self) -> None:
        """Make every request that is due now."""
        self.engine.run_until_idle(max_seconds=0)
