"""`flask jobs` and `flask rollout` as an operator types them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from lib.composition import Composition
from tests.conftest import Database
from tests.operator.commands.rollout_command import Rollout


class Cli:
    def __init__(self, app: Flask, database: Database) -> None:
        self._app = app
        self.database = database

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result:
        return self._app.test_cli_runner().invoke(args=["jobs", *arguments], input=stdin)

    def json(self, *arguments: str, code: int = 0) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def enqueue(self, payload: str = "{}", *arguments: str) -> list[int]:
        made: list[int] = self.json("enqueue", "--kind", "system.noop", "--payload", payload, *arguments)[
            "jobIds"
        ]
        return made


@pytest.fixture
def cli(flask_app: Flask, database: Database) -> Cli:
    return Cli(flask_app, database)


@pytest.fixture
def rollout(composed: Callable[..., Composition], database: Database) -> Rollout:
    """`flask rollout` of an instance with the flag on."""
    return Rollout(composed, database)
