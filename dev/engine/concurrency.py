"""Which requests are under way, and whether one more may join them."""

from dev.engine import expression
from dev.engine.queue import QueueItem
from dev.engine.run import RunState


class UnderWay:
    """Counts executing requests, not runs: a run that sleeps holds nothing."""

    def __init__(self) -> None:
        self._items: list[tuple[QueueItem, RunState]] = []

    def begin(self, item: QueueItem, run: RunState) -> None:
        """The request goes out."""
        self._items.append((item, run))

    def end(self, item: QueueItem) -> None:
        """The request is over."""
        self._items = [(other, run) for other, run in self._items if other is not item]

    def has_room(self, run: RunState) -> bool:
        """Whether every limit of the run's function allows one more request of it."""
        others = [other for _, other in self._items if other.function.id == run.function.id]
        for limit in run.function.concurrency:
            mine = _key(run, limit.key)
            if limit.limit and sum(_key(other, limit.key) == mine for other in others) >= limit.limit:
                return False
        return True


def _key(run: RunState, key: str | None) -> str | None:
    return None if key is None else repr(expression.value(key, event=run.event.wire()))
