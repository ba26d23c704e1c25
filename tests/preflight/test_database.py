import pytest

from lib.preflight.check import CheckName
from tests.conftest import Database
from tests.preflight.world import World

OF_THE_DATABASE = {"connections", "clocks", "registration", "ticks", "breakers", "lines", "queue"}


class TestDatabase:
    @pytest.mark.parametrize(
        ("change", "word"),
        [
            ("UPDATE schema_compatibility SET schema_version = 7", "flask db upgrade"),
            (
                "UPDATE schema_compatibility SET schema_version = 99, min_app_schema = 99",
                "Deploy the current version",
            ),
            ("UPDATE environment_stamp SET kind = 'preview'", "own database"),
        ],
        ids=["older", "too new", "another's"],
    )
    def test_one_that_this_code_may_not_use(
        self, world: World, database: Database, change: str, word: str
    ) -> None:
        """What rests on it cannot be known then, and is not said to be wrong."""
        database.run(change)
        found = {check["name"]: check for check in world.checks(1)}
        assert (found["database"]["verdict"], word in found["database"]["cure"]) == ("not_ok", True)
        assert {found[name]["verdict"] for name in OF_THE_DATABASE} == {"cannot_know"}

    def test_one_that_is_away(self, world: World) -> None:
        world.changes["DATABASE_URL"] = "postgresql://x@127.0.0.1:1/none"
        found = {check["name"]: check for check in world.checks(1)}
        assert found["database"]["verdict"] == "not_ok"
        assert {found[name]["verdict"] for name in OF_THE_DATABASE} == {"cannot_know"}

    def test_a_newer_revision_is_fine(self, world: World, database: Database) -> None:
        """As after a platform's instant rollback."""
        database.run("UPDATE schema_compatibility SET schema_version = 99")
        assert "by newer code" in world.check(CheckName.DATABASE, 0)["seen"]
