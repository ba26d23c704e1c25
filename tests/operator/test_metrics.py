"""The metrics' names, and the time that reading them may take."""

import re
from dataclasses import replace
from pathlib import Path

from lib.operator.metrics import IN_ALL_MS, METRICS, UP, read_samples
from lib.services import Services
from tests.conftest import FakeClock

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(everytick_\w+)(?:\{(.+)\})?` \| (.+) \|$", re.MULTILINE)


class TestNames:
    def test_the_page_explains_each_in_the_same_words(self) -> None:
        told = [
            (name, tuple(filter(None, labels.split(", "))), text)
            for name, labels, text in ROW.findall(PAGE.read_text())
        ]
        assert told == [(metric.name, metric.labels, metric.help) for metric in METRICS]

    def test_follow_the_conventions(self) -> None:
        """Base units at the end, and no `_total`, which counters have."""
        for metric in METRICS:
            assert re.fullmatch(r"everytick_[a-z_]+", metric.name)
            assert not metric.name.endswith(("_total", "_count", "_ms", "_minutes"))
            assert ("_age" in metric.name) == metric.name.endswith("_seconds")


class SlowClock(FakeClock):
    """A clock by which every look at it costs a second."""

    def monotonic(self) -> float:
        self.advance(1)
        return super().monotonic()


def test_a_database_that_is_slow_all_along_counts_as_away(services: Services) -> None:
    """Each statement has a second, all of them three."""
    assert IN_ALL_MS == 3_000
    assert read_samples(replace(services, clock=SlowClock())) == [(UP, (), 0)]
