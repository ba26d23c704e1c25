from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from dev.engine.clock import EngineClock
from dev.engine.engine import oldest_first
from dev.engine.queue import QueueItem
from tests.conftest import Database
from tests.durable import World, durable_world


@pytest.fixture
def make_world(environ: dict[str, str], database: Database) -> Iterator[Callable[..., World]]:
    """Deploy an app with changes to its environment, and an engine that calls it."""
    with ExitStack() as made:

        def make(
            *,
            clock: EngineClock | None = None,
            choose: Callable[[Sequence[QueueItem]], QueueItem] = oldest_first,
            **settings: str,
        ) -> World:
            return made.enter_context(
                durable_world(environ, database, settings=settings, clock=clock, choose=choose)
            )

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def broken(database: Database) -> Callable[[str], AbstractContextManager[None]]:
    """While the body runs the table is away: whatever needs it fails."""

    @contextmanager
    def without(table: str) -> Iterator[None]:
        database.run(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            database.run(f"ALTER TABLE {table}_away RENAME TO {table}")

    return without
