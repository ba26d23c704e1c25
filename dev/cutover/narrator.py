"""What the rehearsal tells as it goes: acts, the operator's commands as typed, and what came of them."""

import shlex
from collections.abc import Iterable
from typing import Final

from rich.console import Console

LINES_AT_MOST: Final = 60
"""Of one command's answer; a reader follows along."""
COLUMNS_AT_MOST: Final = 150
"""Of one line of it; off a terminal, commands cut nothing themselves."""


class Narrator:
    """Tells on `console`; nothing where it is quiet."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._acts = 0

    def act(self, title: str) -> None:
        """An act begins."""
        self._acts += 1
        self._line(f"\n[bold]{self._acts}  {title}[/]", markup=True)

    def tell(self, text: str) -> None:
        """One line of what happens."""
        self._line(f"   {text}")

    def typed(self, words: Iterable[str], answer: str) -> None:
        """A command of the operator's, and what it answered."""
        self._line(f"   [green]$[/] [bold]flask {_escaped(shlex.join(words))}[/]", markup=True)
        lines = answer.strip().splitlines()
        for line in lines[:LINES_AT_MOST]:
            self._line(f"     {line if len(line) <= COLUMNS_AT_MOST else line[: COLUMNS_AT_MOST - 1] + '…'}")
        if left := len(lines[LINES_AT_MOST:]):
            self._line(f"     … and {left} lines more")

    def verdict(self, text: str, *, well: bool) -> None:
        """How it ended."""
        self._line(f"\n[bold {'green' if well else 'red'}]{_escaped(text)}[/]", markup=True)

    def _line(self, text: str, *, markup: bool = False) -> None:
        self._console.print(text, markup=markup, highlight=False, emoji=False, soft_wrap=True)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
