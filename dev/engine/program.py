"""Programs of steps, played to the executor as an SDK would play a function that has them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from dev.engine.clock import EngineClock
from dev.engine.retries import RetryDelays
from tests.dev.engine.canned_app import Canned, broken, done, failed, op, ops, planned, ran, step_id

DELAYS: Final = RetryDelays(jitter_seconds=0)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Steps side by side, or a single one."""

    failures: tuple[int, ...]
    """For each step, how often it fails before it goes well."""


@dataclass(frozen=True, kw_only=True)
class Nap:
    """A sleep."""

    seconds: int


class Program:
    """A function that does one part after the other, and fails for good when a step does."""

    def __init__(self, parts: list[Group | Nap], *, max_attempts: int, clock: EngineClock) -> None:
        self._parts = parts
        self._max_attempts = max_attempts
        self._clock = clock
        self.executed: Counter[str] = Counter()
        """How often each step ran."""

    def answer(self, body: dict[str, Any]) -> Canned:
        """What the SDK would answer to a request."""
        memos, target = body["steps"], body["target"]
        for number, part in enumerate(self._parts):
            names = names_of(number, part)
            missing = [name for name in names if step_id(name) not in memos]
            if target != "step":
                missing = [name for name in missing if step_id(name) == target]
            if missing:
                return self._do(part, missing, body)
            if any("error" in (memos[step_id(name)] or {}) for name in names if step_id(name) in memos):
                return broken(x_inngest_no_retry="true")
        return done(dict(self.executed))

    def _do(self, part: Group | Nap, missing: list[str], body: dict[str, Any]) -> Canned:
        if isinstance(part, Nap):
            until = self._clock.now() + timedelta(seconds=part.seconds)
            return ops(op("Sleep", missing[0], name=until.isoformat()))
        if body["target"] == "step" and (
            len(part.failures) > 1 or body["ctx"]["disable_immediate_execution"]
        ):
            return ops(*(planned(name) for name in missing))
        (name,) = missing
        self.executed[name] += 1
        if self.executed[name] > part.failures[int(name.rpartition(".")[2])]:
            return ops(ran(name, self.executed[name]))
        return ops(failed(name, final=body["ctx"]["attempt"] + 1 >= self._max_attempts))

    def expected(self) -> "Outcome":
        """What has to come of it, by the rules alone."""
        executions: dict[str, int] = {}
        seconds, naps = 0.0, 0
        for number, part in enumerate(self._parts):
            if isinstance(part, Nap):
                seconds, naps = seconds + part.seconds, naps + 1
                continue
            tries = [min(failures + 1, self._max_attempts) for failures in part.failures]
            executions |= dict(zip(names_of(number, part), tries, strict=True))
            seconds += max(sum(DELAYS.seconds[: one - 1]) for one in tries)
            if max(part.failures) >= self._max_attempts:
                return Outcome(completed=False, executions=executions, seconds=seconds, naps=naps)
        return Outcome(completed=True, executions=executions, seconds=seconds, naps=naps)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of a program's run."""

    completed: bool
    executions: dict[str, int]
    """By step."""
    seconds: float
    """From the first request to the end."""
    naps: int
    """Sleeps that were begun."""


def names_of(number: int, part: Group | Nap) -> list[str]:
    """The names of the steps of the part with that number."""
    return [f"{number}.{place}" for place in range(1 if isinstance(part, Nap) else len(part.failures))]
