"""Ticks that may go to an event API of the test's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from tests.conftest import CRON_SECRET, Database
from tests.ticks.event_apis import says

URL = "/api/cron/background-jobs"
BEARER = {"Authorization": f"Bearer {CRON_SECRET}"}
SEND_DEADLINE_MS = 400
NAMES = ["background/process.requested", "background/maintenance.requested"]
REFUSES = says("503 Service Unavailable", {"error": "closed"})
DISPATCHES = "SELECT state, mode, reason, generation, ticks FROM dispatches"
LINES = "SELECT job_name, state, generation, event_id FROM dispatch_lines ORDER BY job_name DESC"

AppAt = Callable[..., FlaskClient]
"""Builds an instance whose events go to a server, or to an address, with changes to its settings."""


def sending_to(address: str, *, deadline_ms: int = SEND_DEADLINE_MS, **changes: str) -> dict[str, str]:
    """The settings of an instance whose events go to `address`."""
    return {
        "BACKGROUND_JOBS_USE_INNGEST": "true",
        "INNGEST_DEV": address,
        "BACKGROUND_JOBS_SEND_DEADLINE_MS": str(deadline_ms),
        **changes,
    }


def at_window_start(database: Database, *, later_s: float = 0) -> None:
    """Put the shared clock at the start of a window of 60 s, so that a test's ticks are in the same one."""
    into = float(database.value("SELECT extract(epoch FROM statement_timestamp())")) % 60
    database.shift_clock(timedelta(seconds=1 - into + later_s))


def tick(client: FlaskClient) -> tuple[int, dict[str, Any]]:
    """One call of the cron route."""
    answer = client.get(URL, headers=BEARER)
    return answer.status_code, answer.get_json(force=True) or {}
