"""`flask operator sign-in-link` as an operator types it (design §3)."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from app import create_app
from lib.composition import Composition
from tests.conftest import Database

TOKEN = "test-operator-token-0123456789"
Command = Callable[..., Result]


@pytest.fixture
def command(composed: Callable[..., Composition]) -> Command:
    def invoke(*arguments: str, **changes: str) -> Result:
        app = create_app(composed(**{"OPERATOR_TOKEN": TOKEN, **changes}))
        return app.test_cli_runner().invoke(args=["operator", "sign-in-link", *arguments])

    return invoke


class TestLink:
    def test_is_printed_with_its_time(self, command: Command, database: Database) -> None:
        told = command()
        assert told.exit_code == 0
        assert told.stdout.startswith("Works once, for 10 minutes: http://127.0.0.1:8000/sign-in?link=")
        ((actor,),) = database.rows("SELECT actor FROM sign_in_links")
        assert actor.startswith("cli:")

    def test_as_json(self, command: Command) -> None:
        told = json.loads(command("--json").stdout)
        assert set(told) == {"url", "expiresInSeconds", "dryRun"}
        assert (told["expiresInSeconds"], told["dryRun"]) == (600, False)

    def test_a_dry_run_makes_none(self, command: Command, database: Database) -> None:
        told = command("--dry-run")
        assert told.stdout == "Would make a link http://127.0.0.1:8000/sign-in?link=…\n"
        assert database.value("SELECT count(*) FROM sign_in_links") == 0

    @pytest.mark.parametrize(
        ("origin", "begins"),
        [
            ("http://127.0.0.1:8123", "http://127.0.0.1:8123/sign-in?link="),
            ("https://everytick.example.com/", "https://everytick.example.com/sign-in?link="),
        ],
    )
    def test_leads_where_it_is_told(self, command: Command, origin: str, begins: str) -> None:
        assert json.loads(command("--origin", origin, "--json").stdout)["url"].startswith(begins)

    def test_leads_to_the_configured_origin(self, command: Command) -> None:
        told = command("--json", INNGEST_SERVE_ORIGIN="https://tick.example.com")
        assert json.loads(told.stdout)["url"].startswith("https://tick.example.com/sign-in?link=")


class TestRefused:
    @pytest.mark.parametrize(
        "origin", ["everytick.example.com", "ftp://x.example", "https://", "javascript:x"]
    )
    def test_what_is_no_address(self, command: Command, origin: str) -> None:
        told = command("--origin", origin)
        assert (told.exit_code, told.stderr.split(":")[0]) == (2, "usage")

    def test_without_a_token(self, command: Command) -> None:
        told = command(OPERATOR_TOKEN="")
        assert told.exit_code == 2
        assert "OPERATOR_TOKEN is not set" in told.stderr

    def test_outside_development_without_an_address(self, command: Command, database: Database) -> None:
        database.run("UPDATE environment_stamp SET kind = 'production'")
        told = command(DEPLOYMENT="production", CRON_SECRET="production-cron-secret")
        assert told.exit_code == 2
        assert "--origin" in told.stderr

    def test_while_the_database_is_away(self, command: Command) -> None:
        told = command(DATABASE_URL="postgresql://postgres@127.0.0.1:1/none")
        assert told.exit_code == 1
        assert "store_unavailable: " in told.stderr
