"""`flask rollout` of an instance with the flag on, and breakers to show it."""

import json
from collections.abc import Callable
from typing import Any

from click.testing import Result
from flask import Flask

from app import create_app
from lib.composition import Composition
from lib.status.run_status import JobName
from tests.conftest import Database
from tests.ticks.dispatching import sending_to

NOWHERE = "http://127.0.0.1:9"
CONTROLS = "SELECT name, value FROM controls ORDER BY name"


class Rollout:
    """Type it."""

    def __init__(self, composed: Callable[..., Composition], database: Database) -> None:
        self._composed = composed
        self.database = database
        self.changes: dict[str, str] = sending_to(NOWHERE)

    def __call__(self, *arguments: str) -> Result:
        return self.app.test_cli_runner().invoke(args=["rollout", *arguments])

    @property
    def app(self) -> Flask:
        """Another instance."""
        return create_app(self._composed(**self.changes))

    def json(self, *arguments: str, code: int = 0) -> Any:
        """What it prints with --json, having ended with `code`."""
        result = self(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    @property
    def controls(self) -> dict[str, object]:
        """What is set."""
        return dict(self.database.rows(CONTROLS))


def open_breaker(database: Database, job_name: JobName) -> None:
    """Open it, with its probe in five minutes."""
    database.run(
        "INSERT INTO breakers (job_name, state, opened_at, probe_after, actor, reason) VALUES"
        " (%s, 'open', everytick_now(), everytick_now() + interval '5 minutes', 'everytick', 'lines_failed')",
        job_name,
    )
