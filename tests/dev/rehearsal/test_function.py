"""A function is started as the platform starts it, asked, frozen, and never left behind."""

from pathlib import Path

import pytest

from dev.rehearsal.function import PlatformFunction
from dev.rehearsal.place import Place
from dev.rehearsal.report import NotAsItMustBe
from tests.dev.conftest import wait_until_gone
from tests.dev.rehearsal.conftest import PYTHON, possible_places


@pytest.mark.parametrize("place", possible_places(), ids=lambda place: "enclosed" if place.encloses else "")
class TestFunction:
    def function(
        self, place: Place, bundle: Path, interpreter: Path, sockets: Path, **variables: str
    ) -> PlatformFunction:
        return PlatformFunction(
            bundle, place=place, python=interpreter, variables=variables, sockets=sockets, show=PYTHON
        )

    def test_it_is_asked_as_the_platform_asks(
        self, place: Place, bundle: Path, interpreter: Path, sockets: Path
    ) -> None:
        with self.function(place, bundle, interpreter, sockets, VERCEL_URL="everytick.example") as function:
            answer = function.ask("GET", "/api/health?x=1", {"user-agent": "vercel-cron/1.0"})
        said = {name.lower(): value for name, value in answer.json()["headers"].items()}
        assert (answer.status, answer.json()["path"]) == (418, "/api/health?x=1")
        assert answer.headers["x-inngest-env"] == "mine"
        assert (said["host"], said["user-agent"]) == ("everytick.example", "vercel-cron/1.0")
        assert {"x-vercel-internal-invocation-id", "x-vercel-internal-request-id"} <= said.keys()

    def test_a_frozen_one_answers_when_it_wakes(
        self, place: Place, bundle: Path, interpreter: Path, sockets: Path
    ) -> None:
        with self.function(place, bundle, interpreter, sockets) as function:
            function.freeze()
            with pytest.raises(NotAsItMustBe, match="no answer"):
                function.ask("GET", "/", seconds=0.3)
            function.thaw()
            assert function.ask("GET", "/").status == 418

    def test_it_is_gone_afterwards(
        self, place: Place, bundle: Path, interpreter: Path, sockets: Path
    ) -> None:
        with (
            pytest.raises(KeyboardInterrupt),
            self.function(place, bundle, interpreter, sockets) as function,
        ):
            pid = function.pid
            raise KeyboardInterrupt
        wait_until_gone(pid)

    @pytest.mark.parametrize(
        ("how", "said"), [("silent", "it broke"), ("said", "no app")], ids=["it dies", "it says why"]
    )
    def test_one_that_does_not_start_has_its_reason_shown(
        self, place: Place, bundle: Path, interpreter: Path, sockets: Path, how: str, said: str
    ) -> None:
        with (
            pytest.raises(NotAsItMustBe, match=said),
            self.function(place, bundle, interpreter, sockets, BREAK=how),
        ):
            pytest.fail("it started")
