"""What an instance says of itself when it starts."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from lib.announcement import announce
from lib.composition import compose
from tests.environment import cases
from tests.environment.oracle import Case


def said(case: Case, **more: str) -> list[dict[str, Any]]:
    composition = compose({**cases.environ(case), **more})
    with capture_logs() as lines:
        announce(composition)
    return [dict(line) for line in lines]


class TestAnnounce:
    def test_production_tells_its_mode(self) -> None:
        """Failure L20: the effective mode is told, not guessed from keys."""
        assert said(Case(place="vercel production", key="prod")) == [
            {
                "event": "app.started",
                "log_level": "info",
                "kind": "production",
                "inngest_env": "production",
                "inngest_usable": True,
                "use_inngest": False,
                "composer": "template",
                "problems": [],
            }
        ]

    @pytest.mark.parametrize("place", ["vercel production", "laptop"])
    def test_a_limited_one_warns(self, place: str) -> None:
        (line,) = said(Case(place=place, flag="on"))
        assert (line["event"], line["log_level"]) == ("app.started", "warning")
        assert line["problems"] == ["signing_key_missing"]

    def test_a_refused_one_names_the_codes(self) -> None:
        assert said(Case(place="kubernetes, silent")) == [
            {"event": "app.refused", "log_level": "error", "kind": None, "problems": ["deployment_missing"]}
        ]

    def test_a_developer_s_commands_stay_quiet(self) -> None:
        assert said(Case(place="laptop")) == []

    def test_unknown_variables_are_warned_about_by_name(self) -> None:
        assert said(Case(place="laptop"), BACKGROUND_JOB_TYPO="a-value") == [
            {"event": "setting.unknown", "log_level": "warning", "name": "BACKGROUND_JOB_TYPO"}
        ]
