import pytest

from lib.preflight.check import CheckName
from tests.conftest import Database
from tests.preflight.world import ROUTE, World


def sync(world: World) -> None:
    assert world.app().test_cli_runner().invoke(args=["inngest", "sync"]).exit_code == 0


class TestRegistration:
    def test_never(self, world: World, database: Database) -> None:
        database.run("DELETE FROM registrations")
        found = world.check(CheckName.REGISTRATION)
        assert (found["verdict"], "flask inngest sync" in found["cure"]) == ("not_ok", True)
        sync(world)
        assert "and taken" in world.check(CheckName.REGISTRATION, 0)["seen"]

    def test_a_limit_that_was_changed_since(self, world: World) -> None:
        """Inngest goes by the old one until it is told; by the new one from then on, and after a way back."""
        world.changes["BACKGROUND_JOBS_INNGEST_CONCURRENCY"] = "3"
        found = world.check(CheckName.REGISTRATION)
        assert (found["verdict"], "other functions, limits or triggers" in found["seen"]) == ("not_ok", True)
        sync(world)
        assert world.check(CheckName.REGISTRATION, 0)["verdict"] == "ok"
        del world.changes["BACKGROUND_JOBS_INNGEST_CONCURRENCY"]
        assert world.check(CheckName.REGISTRATION)["verdict"] == "not_ok"
        sync(world)
        assert world.check(CheckName.REGISTRATION, 0)["verdict"] == "ok"

    def test_at_another_address(self, world: World) -> None:
        world.changes["INNGEST_SERVE_ORIGIN"] = "https://elsewhere.example.com"
        sync(world)
        del world.changes["INNGEST_SERVE_ORIGIN"]
        found = world.check(CheckName.REGISTRATION)
        assert f"at https://elsewhere.example.com{ROUTE}" in found["seen"]
        assert f"this deployment is {world.served.origin}{ROUTE}" in found["seen"]


class TestInngest:
    @pytest.mark.parametrize(
        "url", ["https://elsewhere.example.com/api/inngest", "https://everytick-git-x.vercel.app/api/inngest"]
    )
    def test_calls_another_address(self, world: World, url: str) -> None:
        world.calls(url)
        found = world.check(CheckName.INNGEST)
        assert (found["verdict"], url in found["seen"]) == ("not_ok", True)

    @pytest.mark.parametrize("status", [401, 404, 500, 501])
    def test_does_not_say(self, world: World, status: int) -> None:
        world.api.says(status, {})
        assert world.check(CheckName.INNGEST, 7)["verdict"] == "cannot_know"
