"""Steps that wait for an event."""

from dataclasses import dataclass

from dev.engine import expression
from dev.engine.event import EngineEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One step of one run."""

    run_id: str
    step_id: str
    event: str
    """The name of the event that ends it."""
    expression: str | None
    """`event` is the one that started the run, `async` the one that may end the wait."""
    trigger: EngineEvent
    """Started the run."""


class Waits:
    """All of them."""

    def __init__(self) -> None:
        self._waits: list[Wait] = []

    def add(self, wait: Wait) -> None:
        """One more."""
        self._waits.append(wait)

    def met_by(self, event: EngineEvent) -> list[tuple[str, str]]:
        """Run and step of those that `event` ends; they wait no longer."""
        met = [
            wait
            for wait in self._waits
            if wait.event == event.name
            and expression.holds(wait.expression, **{"event": wait.trigger.wire(), "async": event.wire()})
        ]
        self._waits = [wait for wait in self._waits if wait not in met]
        return [(wait.run_id, wait.step_id) for wait in met]

    def forget(self, run_id: str, step_id: str | None = None) -> None:
        """Drop those of a run, or one of them."""
        self._waits = [
            wait
            for wait in self._waits
            if wait.run_id != run_id or (step_id is not None and wait.step_id != step_id)
        ]
