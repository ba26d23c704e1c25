"""What a rehearsal found: one line for each thing that was looked at."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import IntEnum

from dev.console import show

_LABEL_WIDTH = 18


class RehearsalExit(IntEnum):
    """The exit codes of bin/rehearse-deploy."""

    WELL = 0
    """Everything is as it must be."""
    FAILED = 1
    """Something is not."""
    USAGE = 2
    """The call itself is wrong."""
    REFUSED = 3
    """The guard refused the variables that were given."""
    NOT_HERE = 7
    """This machine could not rehearse all of it; what it could do is well."""


class NotHere(Exception):
    """This machine cannot do it; the message says what is missing."""


class NotAsItMustBe(Exception):
    """A check failed; the message says what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `ok` is None where this machine could not look."""

    target: str
    name: str
    ok: bool | None
    said: str


@dataclass(slots=True)
class Report:
    """The findings so far; each is printed when it is made."""

    findings: list[Finding] = field(default_factory=list)
    refused: bool = False
    _heading: str = ""

    def add(self, target: str, name: str, *, ok: bool | None, said: str) -> None:
        """Note one finding."""
        self.findings.append(Finding(target=target, name=name, ok=ok, said=said))
        if target != self._heading:
            self._heading = target
            show(f"\n{target}")
        mark = {True: "ok ", False: "BAD", None: "-- "}[ok]
        first, *more = said.splitlines() or [""]
        show(f"  {mark} {name:<{_LABEL_WIDTH}} {first}")
        for line in more:
            show(f"      {'':<{_LABEL_WIDTH}} {line}")

    def exit_code(self) -> RehearsalExit:
        """Give the whole's exit code: a failure counts before what could not be looked at."""
        if self.refused:
            return RehearsalExit.REFUSED
        if any(finding.ok is False for finding in self.findings):
            return RehearsalExit.FAILED
        if any(finding.ok is None for finding in self.findings):
            return RehearsalExit.NOT_HERE
        return RehearsalExit.WELL

    def as_json(self) -> str:
        """Give all of it as one JSON object."""
        code = self.exit_code()
        return json.dumps(
            {
                "ok": code == RehearsalExit.WELL,
                "exitCode": int(code),
                "findings": [asdict(finding) for finding in self.findings],
            },
            indent=2,
        )


def listed(words: Sequence[str], *, most: int = 5) -> str:
    """The first few of `words`, and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
