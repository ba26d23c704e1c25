"""A page of the runbook as a test reads it: what is set, what is typed, and what then is to be seen."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND: Final = re.compile(r"^\$ (?P<line>.*?)(?:\s+# exit (?P<code>\d+))?$")
ANYTHING: Final = "…"
"""In a line: any text; as a line of its own: any lines."""
TRIED: Final = frozenset({"console", "ini"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """An `ini` block: from here on the deployment has these variables; an empty one is removed."""

    values: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Command:
    """A line of a `console` block that begins with `$`, and what stands under it."""

    line: str
    code: int
    """The exit code; 0 where the page names none."""
    shown: list[str] = field(default_factory=list)
    """What it prints; empty: the page does not say."""

    def prints(self, output: str) -> bool:
        """Whether `output` is what the page shows."""
        pattern = "".join(
            r"(?:.*\n)*?" if line == ANYTHING else _line_pattern(line) + r"\n" for line in self.shown
        )
        lines = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
        return not self.shown or re.fullmatch(pattern, lines) is not None


def read_page(page: Path) -> list[Variables | Command]:
    """What the page does, in its order. Raises ValueError for a block that nobody would try."""
    steps: list[Variables | Command] = []
    for language, block in FENCE.findall(page.read_text("utf-8")):
        if language not in TRIED:
            raise ValueError(f"{page.name}: a block of {language or 'nothing'} is tried by nobody")
        steps.extend([_variables(block)] if language == "ini" else _commands(page, block))
    return steps


def _variables(block: str) -> Variables:
    lines = [line.partition("=") for line in block.splitlines() if line.strip()]
    return Variables(values={name.strip(): value.strip() for name, _, value in lines})


def _commands(page: Path, block: str) -> list[Command]:
    found: list[Command] = []
    for line in block.replace("\\\n", "").splitlines():
        typed = COMMAND.match(line)
        if typed is not None:
            words = re.sub(r" {2,}", " ", typed["line"])
            found.append(Command(line=words, code=int(typed["code"] or 0)))
        elif found:
            found[-1].shown.append(line.rstrip())
        else:
            raise ValueError(f"{page.name}: output without a command: {line}")
    return found


def _line_pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))
