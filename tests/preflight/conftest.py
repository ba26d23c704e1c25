from collections.abc import Iterator

import pytest

from tests.conftest import Database
from tests.preflight.world import World, healthy_world


@pytest.fixture
def world(environ: dict[str, str], database: Database) -> Iterator[World]:
    with healthy_world(environ, database) as world:
        yield world
