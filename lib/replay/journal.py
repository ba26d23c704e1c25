"""What a replay has done so far, so that one that is interrupted can go on.

One line for each case as it ends; removed when the artifact is there. A line that was cut short is a case
that is done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError

from lib.replay.artifact import Case, Config, Selection
from lib.replay.case import FailureType, SelectedCase
from lib.replay.errors import RunUnreadable
from lib.replay.files import write_whole, writing
from lib.replay.record import Record

SUFFIX: Final = ".partial.jsonl"


class Listed(Record):
    """A selected case, to be found again."""

    case_id: str
    message_id: str
    channel: str
    risks: list[str]


class Header(Record):
    """What the run is, in the first line."""

    run_id: str
    created_at: str
    out: str
    """Where the artifact goes."""
    workspace_id: str | None
    """None where pinned cases are replayed."""
    config: Config
    selection: Selection
    cases: list[Listed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One run's file."""

    path: Path
    header: Header
    done: dict[str, Case]
    """By case id; grows as cases end."""

    @classmethod
    def begin(cls, path: Path, header: Header) -> Self:
        """Begin the file of a new run."""
        write_whole(path, header.model_dump_json() + "\n")
        return cls(path=path, header=header, done={})

    @classmethod
    def load(cls, path: Path) -> Self:
        """The journal of a run that was interrupted. Raises RunUnreadable."""
        first, *lines = path.read_bytes().splitlines(keepends=True)[:1_000_000] or [b""]
        try:
            header = Header.model_validate_json(first)
            cases = [Case.model_validate_json(line) for line in lines if line.endswith(b"\n")]
        except ValidationError as error:
            raise RunUnreadable from error
        done = {case.case_id: case for case in cases if case.failure_type is not FailureType.INFRA_ERROR}
        journal = cls(path=path, header=header, done=done)
        journal.rewrite()  # without what is to be done again, and without a torn line
        return journal

    def rewrite(self) -> None:
        """Write the file anew from what is known."""
        lines = [self.header.model_dump_json(), *(case.model_dump_json() for case in self.done.values())]
        write_whole(self.path, "".join(f"{line}\n" for line in lines))

    def add(self, case: Case) -> None:
        """Keep one case's outcome; on the disk when this returns."""
        with writing(self.path), self.path.open("a", encoding="utf-8") as file:
            file.write(case.model_dump_json() + "\n")
        self.done[case.case_id] = case

    def outstanding(self, cases: Sequence[SelectedCase]) -> list[SelectedCase]:
        """Those of `cases` that are yet to be done."""
        return [case for case in cases if case.case_id not in self.done]

    def end(self) -> None:
        """Remove the file: the artifact has it all."""
        self.path.unlink(missing_ok=True)
