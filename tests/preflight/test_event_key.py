import pytest

from lib.preflight.check import CheckName
from tests.environment.cases import SECRETS
from tests.preflight.world import World


class TestEventKey:
    def test_another_key(self, world: World) -> None:
        world.changes["INNGEST_EVENT_KEY"] = f"{SECRETS['event'][:-1]}X"
        found = world.check(CheckName.EVENT_KEY)
        assert (found["verdict"], found["seen"][:13]) == ("not_ok", "send_rejected")
        assert "Set INNGEST_EVENT_KEY" in found["cure"]

    @pytest.mark.parametrize(("hangs", "word"), [(True, "send_timed_out"), (False, "send_refused")])
    def test_an_api_that_does_not_answer(self, world: World, *, hangs: bool, word: str) -> None:
        """The key may be right or wrong."""
        world.changes["BACKGROUND_JOBS_SEND_DEADLINE_MS"] = "300"
        world.changes["INNGEST_EVENT_API_BASE_URL"] = world.api.url if hangs else "http://127.0.0.1:1"
        world.changes["INNGEST_API_BASE_URL"] = "http://127.0.0.1:1"
        world.api.hangs = hangs
        found = world.check(CheckName.EVENT_KEY, 7)
        assert (found["verdict"], found["seen"].startswith(word)) == ("cannot_know", True)

    def test_no_id_comes_back(self, world: World) -> None:
        world.changes["INNGEST_EVENT_API_BASE_URL"] = world.api.url
        assert world.check(CheckName.EVENT_KEY)["seen"].startswith("send_incomplete")
