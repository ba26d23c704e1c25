"""The database goes away in the middle of a tick, before each of its transactions in turn (design §11)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app import create_app
from lib.composition import Composition
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.outage import Outage, with_outage
from tests.ticks.dispatching import BEARER, REFUSES, URL, at_window_start, sending_to, tick
from tests.ticks.event_apis import event_api, takes

TO_SETTLE = 4
"""Transactions of a tick that hands over: read, watch, begin, settle."""
OPEN = "SELECT count(*) FROM dispatch_lines WHERE state <> 'covered'"


@pytest.fixture
def unsteady(composed: Callable[..., Composition]) -> Callable[[str], tuple[FlaskClient, Outage]]:
    """An instance whose events go to an address, and its database."""

    def build(address: str) -> tuple[FlaskClient, Outage]:
        composition = composed(**sending_to(address, deadline_ms=10_000))
        assert composition.services is not None
        services, outage = with_outage(composition.services)
        return create_app(replace(composition, services=services)).test_client(), outage

    return build


class TestDatabaseGoesAway:
    @pytest.mark.parametrize("transactions", range(TO_SETTLE + 2))
    def test_what_can_be_sent_is_sent(
        self,
        unsteady: Callable[[str], tuple[FlaskClient, Outage]],
        database: Database,
        transactions: int,
    ) -> None:
        """And the answer is degraded exactly where the ledger does not know all of it."""
        at_window_start(database)
        with event_api(takes) as server:
            client, outage = unsteady(server.address)
            outage.left = transactions
            status, body = tick(client)
        assert (status, body["mode"], body["enqueued"]) == (202, "inngest", True)
        assert body["degraded"] is (transactions < TO_SETTLE)
        assert len(server.heard) == 1

    @pytest.mark.parametrize("transactions", range(12))
    def test_no_tick_is_lost(
        self,
        unsteady: Callable[[str], tuple[FlaskClient, Outage]],
        database: Database,
        transactions: int,
    ) -> None:
        """Nothing can be sent and the work breaks off: said so, and made good when the database is back."""
        seed_overdue(database)
        at_window_start(database)
        with event_api(REFUSES) as server:
            client, outage = unsteady(server.address)
            outage.left = transactions
            answer = client.get(URL, headers=BEARER)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
            assert answer.get_json(force=True)["code"] == "store_unavailable"
            outage.left, outage.away = None, False
            at_window_start(database, later_s=120)
            assert tick(client)[1]["mode"] == "inline-fallback"
        assert database.value(OPEN) == 0
        assert outcome(database) == OUTCOME
