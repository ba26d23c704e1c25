"""An executor before an app with written answers."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.retries import RetryDelays
from dev.engine.run import EngineRun
from tests.dev.engine.canned_app import KEY, Canned, CannedApp, function

NO_JITTER = RetryDelays(jitter_seconds=0)


@pytest.fixture
def engine_clock() -> EngineClock:
    """Stands at a minute of the recordings' day."""
    return EngineClock(datetime(2026, 11, 23, 19, 50, tzinfo=UTC))


@dataclass
class Stage:
    """An executor before an app with written answers."""

    engine: Engine
    canned: CannedApp
    clock: EngineClock

    @property
    def run(self) -> EngineRun:
        """The only run."""
        (run,) = self.engine.runs
        return run

    def statuses(self) -> list[str]:
        """Of all runs, the oldest first."""
        return [run.status.value for run in self.engine.runs]

    def attempts(self) -> list[int]:
        """Of all requests."""
        return [exchange.request.attempt for exchange in self.engine.exchanges]

    def seconds(self) -> list[float]:
        """When the requests went out, from the clock's start."""
        start = self.clock.now() - timedelta(seconds=self.clock.monotonic())
        return [(exchange.at - start).total_seconds() for exchange in self.engine.exchanges]


@pytest.fixture
def stage(engine_clock: EngineClock) -> Callable[..., Stage]:
    """Set an executor before the answers, with the given function configurations.

    Signed unless `key` is None, and without jitter unless there are other `delays`.
    """

    def build(
        answers: Iterable[Canned] | Callable[[dict[str, Any]], Canned],
        *configurations: dict[str, Any],
        key: str | None = KEY,
        delays: RetryDelays = NO_JITTER,
        **options: Any,
    ) -> Stage:
        canned = CannedApp(answers, key)
        engine = Engine(
            canned.app.test_client,
            clock=engine_clock,
            signing_key=key,
            chance=random.Random(1),
            delays=delays,
            **options,
        )
        engine.register_configs(configurations or [function()])
        return Stage(engine=engine, canned=canned, clock=engine_clock)

    return build
