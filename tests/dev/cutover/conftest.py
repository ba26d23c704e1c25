"""A rehearsal's world on the tests' own stores."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from rich.console import Console

from dev.cutover.narrator import Narrator
from dev.cutover.play import Play
from dev.cutover.world import Stores, opened_world
from tests.conftest import Database

MakePlay = Callable[..., Play]


@pytest.fixture
def stores(database: Database, cache: "redis.Redis", redis_url: str) -> Stores:
    del cache  # emptied by its fixture
    database.run("UPDATE environment_stamp SET kind = 'production'")
    return Stores(database_url=database.url, redis_url=redis_url)


@pytest.fixture
def told() -> io.StringIO:
    """What the narrator tells."""
    return io.StringIO()


@pytest.fixture
def narrator(told: io.StringIO) -> Narrator:
    return Narrator(Console(file=told))


@pytest.fixture
def make_play(stores: Stores, narrator: Narrator, tmp_path: Path) -> Iterator[MakePlay]:
    """Open a world, with these settings over the usual ones."""
    with ExitStack() as stack:

        def make(**settings: str) -> Play:
            world = stack.enter_context(opened_world(stores, outbox=tmp_path / "outbox", settings=settings))
            return Play(world=world, narrator=narrator)

        yield make


@pytest.fixture
def play(make_play: MakePlay) -> Play:
    return make_play()
