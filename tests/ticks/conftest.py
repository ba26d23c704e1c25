from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from app import create_app
from lib.composition import Composition
from tests.conftest import Database
from tests.operator.commands.rollout_command import Rollout
from tests.ticks.dispatching import AppAt, at_window_start, sending_to
from tests.ticks.event_apis import EventApiServer, event_api, takes


@pytest.fixture
def app_at(composed: Callable[..., Composition], database: Database) -> AppAt:
    """Instances whose events go to a server, or an address; the shared clock is at the start of a window."""
    at_window_start(database)

    def build(server: EventApiServer | str, **changes: str) -> FlaskClient:
        address = server if isinstance(server, str) else server.address
        return create_app(composed(**sending_to(address, deadline_ms=10_000, **changes))).test_client()

    return build


@pytest.fixture
def rollout(composed: Callable[..., Composition], database: Database) -> Rollout:
    """`flask rollout` of an instance with the flag on."""
    return Rollout(composed, database)


@pytest.fixture
def good() -> Iterator[EventApiServer]:
    """An event API that takes everything."""
    with event_api(takes) as server:
        yield server
