import json
import random

import pytest
from flask import Flask

from app import create_app
from lib.composition import compose
from tests.conftest import Database


def run(app: Flask, *args: str) -> tuple[int, str, str]:
    result = app.test_cli_runner().invoke(args=["db", *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


class TestCurrent:
    def test_shows_revision_and_stamp(self, flask_app: Flask) -> None:
        code, out, _ = run(flask_app, "current", "--json")
        assert code == 0
        assert json.loads(out) == {
            "database": {"kind": "development", "schemaVersion": 12, "minAppSchema": 1},
            "needed": 12,
            "fits": True,
        }

    def test_a_database_that_does_not_fit_is_degraded(self, flask_app: Flask, database: Database) -> None:
        database.run("UPDATE schema_compatibility SET schema_version = 3")
        code, out, _ = run(flask_app, "current")
        assert code == 7
        assert "flask db upgrade" in out

    def test_says_what_to_do_without_a_database(self) -> None:
        app = create_app(compose({}, chance=random.Random(1)))
        code, _, err = run(app, "current")
        assert code == 1
        assert err.startswith("store_unavailable: ")
        assert "DATABASE_URL" in err


class TestUpgrade:
    def test_says_where_it_stands(self, flask_app: Flask) -> None:
        code, out, _ = run(flask_app, "upgrade")
        assert (code, out) == (0, "Database at revision 0012 (was 0012), stamped development.\n")

    def test_a_dry_run_changes_nothing(self, flask_app: Flask, database: Database) -> None:
        database.run("UPDATE schema_compatibility SET schema_version = 3")
        code, out, _ = run(flask_app, "upgrade", "--dry-run", "--json")
        assert code == 0
        assert json.loads(out) == {
            "dryRun": True,
            "before": {"kind": "development", "schemaVersion": 3, "minAppSchema": 1},
            "revision": 12,
            "kind": "development",
        }
        told = "Would bring the database to revision 0012 (is 0003), stamped development.\n"
        assert run(flask_app, "upgrade", "--dry-run")[1] == told
        assert database.value("SELECT schema_version FROM schema_compatibility") == 3

    def test_refuses_a_database_of_another_kind(self, flask_app: Flask, database: Database) -> None:
        """Exit 3, nothing changed (design §9)."""
        database.run("UPDATE environment_stamp SET kind = 'production'")
        code, _, err = run(flask_app, "upgrade")
        assert code == 3
        assert "stamped production" in err

    def test_another_host_needs_as(self) -> None:
        app = create_app(compose({"DATABASE_URL": "postgresql://db.example.com/app"}))
        code, out, _ = run(app, "upgrade", "--json")
        assert code == 3
        assert json.loads(out)["error"]["code"] == "migration_refused"

    def test_an_unknown_kind_is_a_usage_error(self, flask_app: Flask) -> None:
        assert run(flask_app, "upgrade", "--as", "staging")[0] == 2


class TestHelp:
    @pytest.mark.parametrize(
        "args", [["--help"], ["db", "--help"], ["db", "upgrade", "--help"], ["tick", "--help"]]
    )
    def test_connects_to_nothing(self, args: list[str]) -> None:
        app = create_app(compose({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}))
        assert app.test_cli_runner().invoke(args=args).exit_code == 0
