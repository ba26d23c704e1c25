"""What the soak says, and one short soak from end to end."""

import json
from typing import Any

import pytest

from bench.soak.command import as_json, as_text, main
from bench.soak.reckoning import Reckoning
from bench.soak.soak import Soaked


def soaked(**changes: Any) -> Soaked:
    """A minute that went well, with changes to its numbers."""
    numbers: dict[str, Any] = {
        "jobs": 10_000,
        "ticks": 100,
        "modes": {"inngest": 100},
        "mails": 0,
        "unconfirmed": 0,
        "lost": [],
        "doubled": [],
        "missed": [],
        "left_running": [],
        "repeated": 0,
        "covered_windows": [],
        "recovery_windows": [1.0, 2.0],
    }
    kills = changes.pop("kills", 10)
    forbidden = changes.pop("forbidden", [])
    return Soaked(
        seconds=60.0,
        seed=7,
        reckoning=Reckoning(**{**numbers, **changes}),
        kills=kills,
        freezes=0,
        engine_kills=0,
        forbidden=forbidden,
        redis=False,
    )


class TestVerdict:
    def test_a_minute_that_went_well_passes(self) -> None:
        assert as_json(soaked())["failed"] == []

    @pytest.mark.parametrize(
        "change",
        [
            {"lost": ["1"]},
            {"doubled": ["1"]},
            {"missed": ["1"]},
            {"left_running": ["1"]},
            {"forbidden": ["a 200 without x-inngest-sdk"]},
            {"jobs": 9_999},
            {"ticks": 99},
            {"kills": 9},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_it_fails_for_each_number(self, change: dict[str, Any]) -> None:
        told = as_json(soaked(**change))
        assert len(told["failed"]) == 1
        assert f"FAILED: {told['failed'][0]}" in as_text(told)

    def test_the_line(self) -> None:
        assert as_text(as_json(soaked(jobs=12_345))) == (
            "soak of 1 min: 12,345 jobs, 100 ticks, 10 kills (0 freezes, engine killed 0 times), 0 lost,"
            " 0 doubled, 0 missed; recovery p50 2.0, p99 2.0 windows of 26 (seed 7)"
        )


class TestSoak:
    def test_a_short_one_loses_doubles_and_misses_nothing(self) -> None:
        """What comes to too little for a verdict in so short a time is counted all the same."""
        said: list[str] = []
        main(["--minutes", "0.06", "--seed", "7", "--json"], show=said.append)
        told = json.loads(said[0])
        assert {
            part: told[part] for part in ("lost", "doubled", "missed", "runsLeftRunning", "forbiddenAnswers")
        } == {
            "lost": 0,
            "doubled": 0,
            "missed": 0,
            "runsLeftRunning": 0,
            "forbiddenAnswers": 0,
        }, told["examples"]
        assert told["jobs"] > 100
        assert told["ticks"] > 0
        assert told["covered"]["count"] == told["ticks"]
        assert told["kills"] + told["freezes"] > 0
