from typing import Any

import pytest

from lib.preflight.check import CheckName, CheckVerdict
from lib.preflight.connections import ServerConnections, judge_connections
from tests.preflight.pooler import pooler
from tests.preflight.world import World

SERVER: dict[str, Any] = {
    "most": 100,
    "reserved": 5,
    "in_use": 25,
    "ours": 10,
    "of_database": None,
    "of_role": None,
    "pooled": False,
}


class TestJudgeConnections:
    """100 - 5 reserved - 15 of others leave 80."""

    @pytest.mark.parametrize(
        ("changes", "instances", "verdict"),
        [
            pytest.param({}, 20, CheckVerdict.OK, id="all that there is"),
            pytest.param({}, 21, CheckVerdict.NOT_OK, id="one instance too many"),
            pytest.param({"in_use": 26}, 20, CheckVerdict.NOT_OK, id="one more of another's"),
            pytest.param({"in_use": 26, "ours": 11}, 20, CheckVerdict.OK, id="one more of ours"),
            pytest.param({"of_role": 79}, 20, CheckVerdict.NOT_OK, id="the role's limit"),
            pytest.param({"of_database": 79}, 20, CheckVerdict.NOT_OK, id="the database's limit"),
            pytest.param({"pooled": True}, 21, CheckVerdict.CANNOT_KNOW, id="a pooler takes more"),
            pytest.param({"pooled": True}, 20, CheckVerdict.OK, id="a pooler that is not needed"),
            pytest.param({"in_use": 4, "ours": 6}, 23, CheckVerdict.OK, id="counted at two moments"),
        ],
    )
    def test_whether_they_fit(self, changes: dict[str, Any], instances: int, verdict: CheckVerdict) -> None:
        server = ServerConnections(**{**SERVER, **changes})
        assert judge_connections(server, instances=instances, pool=4).verdict is verdict


class TestConnections:
    def test_more_instances_than_the_server_takes(self, world: World) -> None:
        found = world.check(CheckName.CONNECTIONS, 1, "--instances", "10000")
        assert found["verdict"] == "not_ok"
        assert found["seen"].startswith("10000 instances x 2 = 20000 connections; room for ")

    def test_the_limit_of_a_role_is_the_servers_word(self, world: World) -> None:
        """The test's own role, and the database, each with a limit of their own."""
        name = world.database.value("SELECT quote_ident(current_database())")
        world.database.run(f"ALTER DATABASE {name} CONNECTION LIMIT 3")
        try:
            assert "the database's limit is 3" in world.check(CheckName.CONNECTIONS, 1)["seen"]
        finally:
            world.database.run(f"ALTER DATABASE {name} CONNECTION LIMIT -1")

    def test_a_pooler_between_is_seen(self, world: World) -> None:
        """Its own limit of clients cannot be, so that more than the server takes is no verdict."""
        with pooler(world.environ["DATABASE_URL"]) as url:
            world.changes["DATABASE_URL"] = url
            found = world.check(CheckName.CONNECTIONS, 7, "--instances", "10000")
            fits = world.check(CheckName.CONNECTIONS, 0, "--instances", "2")
            world.closing.close()
        assert (found["verdict"], "pooler takes 20000 clients" in found["cure"]) == ("cannot_know", True)
        assert fits["verdict"] == "ok"
