"""Which events start a run: what was started in the last 24 hours is not started again."""

from datetime import datetime, timedelta
from typing import Final

from dev.engine import expression
from dev.engine.configuration import FunctionConfiguration
from dev.engine.event import EngineEvent
from dev.engine.expression import MISSING

PERIOD: Final = timedelta(hours=24)


class Admission:
    """Remembers what started, by event id and by idempotency key, for each function."""

    def __init__(self) -> None:
        self._by_event: dict[tuple[str, str], datetime] = {}
        self._by_key: dict[tuple[str, str], datetime] = {}

    def admits(self, function: FunctionConfiguration, event: EngineEvent, now: datetime) -> bool:
        """Whether `event` starts `function`; if so it counts for 24 hours, whatever becomes of the run.

        An event whose idempotency field is missing or false is not limited by it (recorded).
        """
        by_event = (function.id, event.id)
        if _counts(self._by_event.get(by_event), now):
            return False
        if function.idempotency is not None:
            key = expression.value(function.idempotency, event=event.wire())
            if key is not MISSING and key is not False:
                by_key = (function.id, repr(key))
                if _counts(self._by_key.get(by_key), now):
                    return False
                self._by_key[by_key] = now
        self._by_event[by_event] = now
        return True


def _counts(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since < PERIOD
