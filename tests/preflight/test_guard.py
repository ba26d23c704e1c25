import pytest

from lib.preflight.check import CheckName
from tests.preflight.world import World

FLAG, CEILING = "BACKGROUND_JOBS_USE_INNGEST", "BACKGROUND_JOBS_INNGEST_PERCENT"


class TestGuard:
    @pytest.mark.parametrize("flag", ["true", "false"])
    def test_a_key_that_cannot_work(self, world: World, flag: str) -> None:
        """Also while the flag is off: the cutover will turn it on."""
        world.changes.update({FLAG: flag, "INNGEST_EVENT_KEY": "event/key?of=another"})
        found = {check["name"]: check for check in world.checks(1)}
        assert found["guard"]["verdict"] == "not_ok"
        assert found["guard"]["seen"].startswith("event_key_malformed: ")
        assert "INNGEST_EVENT_KEY" in found["guard"]["seen"]
        assert found["guard"]["cure"].startswith("Copy the key again")
        rest = {found[name]["verdict"] for name in ("endpoint", "event_key", "registration", "inngest")}
        assert rest == {"not_ok"}


class TestFlag:
    @pytest.mark.parametrize(
        ("changes", "code", "word"),
        [
            ({FLAG: "false"}, 1, f"{FLAG} is false"),
            ({CEILING: "0"}, 1, f"{CEILING} is 0"),
            ({CEILING: "25"}, 0, "is 25. The rollout ends there"),
        ],
        ids=["flag off", "ceiling 0", "ceiling below 100"],
    )
    def test_what_it_lets_through(self, world: World, changes: dict[str, str], code: int, word: str) -> None:
        world.changes.update(changes)
        found = world.check(CheckName.FLAG, code)
        assert (found["verdict"], word in found["seen"]) == ("not_ok" if code else "ok", True)
