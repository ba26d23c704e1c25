"""The labelled examples of samples/invariants: what a person says that a draft breaks.

A file is `samples/invariants/<half>/<code>.jsonl`. The first half was committed before any rule was changed
for it, so that the history shows that the labels were not fitted to the rules; the folder tells the halves
apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from lib.drafts.invariants.reply import InvariantCode, Reply

FOLDER: Final = Path(__file__).parent.parent / "samples" / "invariants"


LineT = TypeVar("LineT", bound=BaseModel)


class UnreadableLabels(ValueError):
    """A file of examples cannot be read, or a line of it is no example."""


class LabelledLine(BaseModel):
    """One line: the input of `flask drafts check`, and what a person expects of it."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    id: str
    invariant: InvariantCode
    """The one that the example was written for."""
    expected: list[InvariantCode]
    """All that the draft breaks; empty when it is fine."""
    note: str
    """Why, in a few words."""
    inbound: str
    draft: str
    offered_slots: list[str]
    booking_link: str | None
    lead_scheduler_link: str | None

    def reply(self) -> Reply:
        """The example as the invariants look at it."""
        return Reply(
            inbound=self.inbound,
            draft=self.draft,
            offered_slots=tuple(self.offered_slots),
            booking_link=self.booking_link,
            lead_scheduler_link=self.lead_scheduler_link,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled line and where it stands."""

    half: str
    """The name of its file's folder: `first` or `second`."""
    line: LabelledLine


def label_files() -> list[Path]:
    """Every file of examples in this checkout, in a fixed order."""
    return sorted(FOLDER.glob("*/*.jsonl"))


def read_examples(files: Sequence[Path]) -> list[Example]:
    """The examples of `files`, in their order; `UnreadableLabels` names the file and line that is wrong."""
    return [
        Example(half=file.resolve().parent.name, line=line)
        for file in files
        for line in lines_of(file, LabelledLine)
    ]


def lines_of(file: Path, sort: type[LineT]) -> Iterator[LineT]:
    """The lines of `file`, each one of `sort`; blank ones are left out."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableLabels(f"{file} cannot be read: {error}") from error
    for number, raw in enumerate(text.split("\n"), 1):
        if not raw.strip():
            continue
        try:
            yield sort.model_validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "line"
            raise UnreadableLabels(f"{file}:{number}: {where}: {first['msg']}") from error
