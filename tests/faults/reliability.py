"""docs/reliability.md: where the fault matrix stands written, and how it is written anew."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
OPTION: Final = "--write-reliability"
COMMAND: Final = f"bin/test tests/faults {OPTION}"
LINE: Final = "everytick_fault"
"""The property in which a test tells the line of its row: (fault, line, injections)."""
HEAD: Final = (
    "| fault | injections | mode answered | covered within | lost | doubled | unconfirmed | control run |"
)
RULE: Final = "|---|---|---|---|---|---|---|---|"


def committed_lines(text: str | None = None) -> dict[str, str]:
    """The table's lines by fault, as they stand in the document."""
    text = DOCUMENT.read_text() if text is None else text
    _, found, table = text.partition(f"{HEAD}\n{RULE}\n")
    assert found, f"{DOCUMENT.name} has no table with the head {HEAD}"
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines}


def write_lines(lines: Mapping[str, str], order: Sequence[str]) -> None:
    """Put `lines` into the table, which has the faults of `order` in their order; others stay as they are."""
    text = DOCUMENT.read_text()
    held = committed_lines(text)
    before, head, table = text.partition(f"{HEAD}\n{RULE}\n")
    after = "".join(line for line in table.splitlines(keepends=True) if not line.startswith("| "))
    merged = {**held, **lines}
    body = "".join(f"{merged[fault]}\n" for fault in order if fault in merged)
    DOCUMENT.write_text(before + head + body + after)
