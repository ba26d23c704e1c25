"""The registry of log events and docs/log-events.md say the same."""

import re
from pathlib import Path

from lib.log.events import LogEvent

PAGE = Path(__file__).parents[2] / "docs" / "log-events.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| (\w+) \| (.+) \|$", re.MULTILINE)


class TestRegistry:
    def test_names_are_dotted_and_constant(self) -> None:
        assert [event for event in LogEvent if not re.fullmatch(r"[a-z]+\.[a-z_]+", event)] == []

    def test_the_page_explains_each_once(self) -> None:
        """docs/log-events.md cannot rot."""
        explained = [name for name, _, _ in ROW.findall(PAGE.read_text())]
        assert sorted(explained) == sorted(event.value for event in LogEvent)
