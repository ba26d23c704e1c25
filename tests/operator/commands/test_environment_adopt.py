"""A copy of a database is refused until `flask env adopt-copy` takes it over (design §9)."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from lib.composition import Composition
from tests.conftest import CRON_SECRET, Database
from tests.environment.cases import PLACES, SECRETS

HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}
KINDS = {
    "production": {"DEPLOYMENT": "production"},
    "preview": {**PLACES["vercel preview"], "INNGEST_SIGNING_KEY": SECRETS["branch"]},
    "development": {"DEPLOYMENT": "development"},
}
WHY = ("--why", "a branch for the preview")


class Copy:
    """An original database and what a provider's branch or a restored backup makes of it."""

    def __init__(self, composed: Callable[..., Composition], original: str, copy: str) -> None:
        self._composed = composed
        self.original = original
        self.copy = copy

    def app(self, kind: str, url: str, **more: str) -> Flask:
        return create_app(self._composed(**{**KINDS[kind], "DATABASE_URL": url, **more}))

    def command(self, kind: str, url: str, *arguments: str, **more: str) -> Result:
        return self.app(kind, url, **more).test_cli_runner().invoke(args=[*arguments])

    def adopt(self, kind: str, *arguments: str, **more: str) -> Result:
        return self.command(kind, self.copy, "env", "adopt-copy", *WHY, *arguments, **more)

    def answer(self, kind: str, url: str) -> str:
        """What a tick is answered with: its mode, or the problem's code."""
        told = self.app(kind, url).test_client().get("/api/cron/background-jobs", headers=HEADERS).json
        assert told is not None
        return str(told.get("mode") or told["code"])

    @staticmethod
    def rows(url: str, query: bytes) -> list[tuple[object, ...]]:
        with psycopg.connect(url) as connection:
            return connection.execute(query).fetchall()

    def stamp(self, url: str) -> tuple[object, ...]:
        (found,) = self.rows(url, b"SELECT kind, fingerprint FROM environment_stamp")
        return found


@pytest.fixture
def branched(
    database: Database, composed: Callable[..., Composition], request: pytest.FixtureRequest
) -> Iterator[Copy]:
    """A database stamped by `flask db upgrade` as `request.param` (production by default), and its copy."""
    kind = getattr(request, "param", "production")
    url = urlsplit(database.url)
    names = [f"{url.path[1:]}_{end}" for end in ("original", "copy")]
    made = Copy(composed, *(url._replace(path=f"/{name}").geturl() for name in names))
    database.run(f'CREATE DATABASE "{names[0]}" TEMPLATE template0')
    try:
        stamped = made.command(kind, made.original, "db", "upgrade", "--as", kind)
        assert stamped.exit_code == 0, stamped.output
        database.run(f'CREATE DATABASE "{names[1]}" TEMPLATE "{names[0]}"')
        yield made
    finally:
        for name in names:
            database.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class TestCopy:
    def test_production_refuses_its_restored_backup_until_it_is_taken_over(self, branched: Copy) -> None:
        """It may be a copy that is older than the truth: somebody has to say that it is the one."""
        assert branched.answer("production", branched.original) == "inline"
        assert branched.answer("production", branched.copy) == "database_is_a_copy"
        assert branched.adopt("production").exit_code == 0
        assert branched.answer("production", branched.copy) == "inline"
        assert branched.stamp(branched.original) != branched.stamp(branched.copy)

    def test_a_preview_gets_a_branch_of_production_s(self, branched: Copy) -> None:
        """Branching hands it production's stamp; once taken over, production refuses the branch."""
        assert branched.answer("preview", branched.copy) == "database_stamp_mismatch"
        assert branched.adopt("preview").exit_code == 0
        assert branched.answer("preview", branched.copy) == "inline"
        assert branched.answer("production", branched.copy) == "database_stamp_mismatch"

    @pytest.mark.parametrize("branched", ["preview"], indirect=True)
    def test_a_preview_refuses_another_s(self, branched: Copy) -> None:
        assert branched.answer("preview", branched.copy) == "database_is_a_copy"
        assert branched.adopt("preview").exit_code == 0
        assert branched.answer("preview", branched.copy) == "inline"

    def test_it_is_not_upgraded(self, branched: Copy) -> None:
        refused = branched.command("production", branched.copy, "db", "upgrade", "--as", "production")
        assert refused.exit_code == 3
        assert "adopt-copy" in refused.stderr

    def test_another_way_to_the_original_is_no_copy(self, branched: Copy) -> None:
        """User, options and the way that this machine is written are no part of the identity."""
        again = branched.original.replace("127.0.0.1", "LOCALHOST").replace("localhost", "LOCALHOST")
        assert branched.answer("production", f"{again}?application_name=x") == "inline"


class TestKept:
    def test_who_and_why_and_what_it_was(self, branched: Copy) -> None:
        was, before = branched.stamp(branched.copy), branched.stamp(branched.original)
        branched.adopt("preview")
        ((value, actor, reason, is_now),) = branched.rows(
            branched.copy,
            b"SELECT value, actor, reason, changed_at > everytick_now() - interval '1 hour'"
            b" FROM control_changes WHERE name = 'database.stamp'",
        )
        now = branched.stamp(branched.copy)
        assert value == {
            "was": {"kind": was[0], "fingerprint": was[1]},
            "is": {"kind": now[0], "fingerprint": now[1]},
        }
        assert str(actor).startswith("cli:")
        assert (reason, is_now, branched.stamp(branched.original)) == (WHY[1], True, before)

    def test_json(self, branched: Copy) -> None:
        was = branched.stamp(branched.copy)
        told = json.loads(branched.adopt("preview", "--json").stdout)
        assert (told["adopted"], told["isCopy"], told["dryRun"]) == (True, True, False)
        assert told["was"] == {"kind": "production", "fingerprint": was[1]}
        assert told["is"] == dict(zip(("kind", "fingerprint"), branched.stamp(branched.copy), strict=True))

    def test_a_dry_run_changes_nothing(self, branched: Copy) -> None:
        before = branched.stamp(branched.copy)
        done = branched.adopt("preview", "--dry-run")
        assert (done.exit_code, done.stdout[:15]) == (0, "Would take over")
        assert json.loads(branched.adopt("preview", "--dry-run", "--json").stdout)["adopted"] is False
        assert branched.stamp(branched.copy) == before
        assert branched.rows(branched.copy, b"SELECT * FROM control_changes") == []

    def test_a_second_time_there_is_nothing_to_do(self, branched: Copy) -> None:
        """A preview's build may run it each time."""
        branched.adopt("preview")
        again = branched.adopt("preview", "--json")
        assert (again.exit_code, json.loads(again.stdout)["adopted"]) == (0, False)
        assert len(branched.rows(branched.copy, b"SELECT * FROM control_changes")) == 1

    @pytest.mark.parametrize("arguments", [(), ("--why", " ")])
    def test_it_takes_a_reason(self, branched: Copy, arguments: tuple[str, ...]) -> None:
        assert branched.command("preview", branched.copy, "env", "adopt-copy", *arguments).exit_code == 2


class TestRefused:
    def refused(self, branched: Copy, url: str, kind: str, **more: str) -> str:
        before = branched.stamp(url)
        done = branched.command(kind, url, "env", "adopt-copy", *WHY, **more)
        assert done.exit_code == 3, done.output
        assert branched.stamp(url) == before
        return done.stderr

    @pytest.mark.parametrize("kind", ["preview", "development"])
    def test_the_original(self, branched: Copy, kind: str) -> None:
        """It stands where it was stamped: taken over, production would refuse its own database."""
        assert "the original" in self.refused(branched, branched.original, kind)

    @pytest.mark.parametrize("kind", ["preview", "development"])
    def test_what_stands_at_production_s_address(self, branched: Copy, kind: str) -> None:
        """Whatever the stamp says: production's fingerprint is told by its deployment (design §9)."""
        shown = branched.command("production", branched.copy, "env", "fingerprint", "--json")
        own = json.loads(shown.stdout)["fingerprints"]["DATABASE_URL"]
        told = self.refused(branched, branched.copy, kind, PRODUCTION_FINGERPRINTS=own)
        assert "PRODUCTION_FINGERPRINTS" in told
        assert branched.copy not in told

    def test_a_stamp_that_has_no_fingerprint(self, branched: Copy) -> None:
        """Nothing tells such a production database from its copy."""
        with psycopg.connect(branched.copy) as connection:
            connection.execute("UPDATE environment_stamp SET fingerprint = NULL")
        self.refused(branched, branched.copy, "preview")

    @pytest.mark.parametrize("branched", ["preview"], indirect=True)
    def test_a_preview_s_database_by_production(self, branched: Copy) -> None:
        assert "stamped preview" in self.refused(branched, branched.copy, "production")

    def test_without_a_stamp_there_is_no_copy(self, branched: Copy) -> None:
        with psycopg.connect(branched.copy) as connection:
            connection.execute("DELETE FROM environment_stamp")
        assert branched.adopt("preview").exit_code == 1

    def test_a_database_that_is_away(self, branched: Copy) -> None:
        away = branched.command("preview", "postgresql://127.0.0.1:1/none", "env", "adopt-copy", *WHY)
        assert away.exit_code == 1
        assert away.stderr.startswith("store_unavailable: ")
