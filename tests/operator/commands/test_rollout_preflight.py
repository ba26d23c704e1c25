"""`flask rollout preflight` as an operator types it (design §3; docs/preflight.md)."""

from collections.abc import Iterator

import pytest

from lib.preflight.check import CheckName
from tests.acceptance.test_replay import every_row
from tests.conftest import Database
from tests.environment.cases import SECRETS
from tests.preflight.world import World, healthy_world


@pytest.fixture
def world(environ: dict[str, str], database: Database) -> Iterator[World]:
    with healthy_world(environ, database) as world:
        yield world


class TestAHealthyProduction:
    def test_all_is_ok(self, world: World) -> None:
        checks = world.checks(0)
        assert [(check["name"], check["verdict"], check["cure"]) for check in checks] == [
            (name, "ok", None) for name in CheckName if name is not CheckName.PREVIEW
        ]

    def test_nothing_of_consequence_runs(self, world: World, database: Database) -> None:
        """One event, to which nobody listens; no row is changed and no function called."""
        before, runs, exchanges = every_row(database), len(world.engine.runs), len(world.engine.exchanges)
        told = len(world.api.received)
        world.checks(0)
        world.engine.run_until_idle()
        assert every_row(database) == before
        assert (len(world.engine.runs), len(world.engine.exchanges)) == (runs, exchanges)
        assert {request.method for request in world.api.received[told:]} <= {"GET", "HEAD"}

    def test_for_people(self, world: World) -> None:
        """A line for each, in the order of the table of docs/preflight.md."""
        result = world.type()
        lines = [line for line in result.stdout.splitlines() if line.startswith("ok ")]
        assert result.exit_code == 0
        assert [line.split()[1] for line in lines] == [*CheckName][:-1]
        assert result.stdout.splitlines()[-1] == "15 ok, 0 not ok, 0 cannot know."


class TestExitCode:
    def test_7_when_something_cannot_be_known(self, world: World) -> None:
        world.api.says(501, {})
        unknown = [check for check in world.checks(7) if check["verdict"] != "ok"]
        assert [(check["name"], check["verdict"]) for check in unknown] == [("inngest", "cannot_know")]
        assert unknown[0]["cure"]

    def test_1_when_something_is_wrong_as_well(self, world: World) -> None:
        world.api.says(501, {})
        world.changes["BACKGROUND_JOBS_USE_INNGEST"] = "false"
        assert {check["verdict"] for check in world.checks(1)} == {"ok", "not_ok", "cannot_know"}

    def test_with_the_cure_beneath(self, world: World) -> None:
        world.changes["BACKGROUND_JOBS_USE_INNGEST"] = "false"
        line, cure = [
            line for line in world.type().stdout.splitlines() if line.startswith(("not ok ", "   "))
        ]
        assert line.startswith("not ok       flag")
        assert cure.strip().startswith("cure: Set BACKGROUND_JOBS_USE_INNGEST=true")

    def test_3_where_the_environment_is_refused(self, world: World) -> None:
        world.changes["INNGEST_DEV"] = "1"
        result = world.type()
        assert (result.exit_code, result.stdout) == (3, "")
        assert "inngest_dev" in result.stderr.lower()

    @pytest.mark.parametrize(
        "arguments", [("--preview", "https://u:p@x.example"), ("--preview", "x y"), ("--instances", "0")]
    )
    def test_2_of_a_call_that_cannot_be_read(self, world: World, arguments: tuple[str, str]) -> None:
        assert world.type(*arguments).exit_code == 2


class TestSecrets:
    def test_none_is_told(self, world: World) -> None:
        """Also where Inngest repeats what it was sent."""
        world.changes["INNGEST_EVENT_API_BASE_URL"] = world.api.url
        world.api.says(400, {"error": f"no key {SECRETS['event']} here, nor {SECRETS['prod']}"})
        for arguments in ((), ("--json",)):
            result = world.type(*arguments)
            assert "no key [redacted] here" in result.output
            assert [name for name, secret in SECRETS.items() if secret in result.output] == []
