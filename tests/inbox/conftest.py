from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from lib.inbox.parse import parse_mail
from lib.inbox.receive import Received, receive
from lib.services import Services
from tests.conftest import Database

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def workspace(database: Database) -> UUID:
    """A workspace whose team writes from hello@team.example."""
    made: UUID = database.value(
        "INSERT INTO workspaces (name, settings)"
        """ VALUES ('default', '{"own_addresses": ["hello@team.example"]}') RETURNING id"""
    )
    return made


Receive = Callable[..., Received]


@pytest.fixture
def take(services: Services, workspace: UUID) -> Receive:
    """Receive one mail made of headers and a body, in a transaction of its own."""

    def take(body: str = "hello", *, workspace_id: UUID = workspace, **headers: str) -> Received:
        told = {"From": "Ada <ada@x.example>", "To": "hello@team.example", **headers}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items()]
        mail = parse_mail(("\n".join(lines) + "\n\n" + body).encode(), received_at=NOW)
        with services.store.transaction() as connection:
            return receive(connection, services.kinds, workspace_id=workspace_id, mail=mail)

    return take
