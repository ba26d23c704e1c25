"""`flask jobs` as an operator types it."""

import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from tests.conftest import Database


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
