"""`flask drafts`: the invariants from the command line (design §3)."""

from collections.abc import Iterable, Iterator
from typing import Final

import click
from flask.cli import AppGroup
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Reply
from lib.errors import UsageProblem
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import json_option, operator_command, print_json

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

drafts = AppGroup("drafts", help="Look at drafts, and check them against the invariants.")


class CheckedLine(BaseModel):
    """One line of input; `null` is allowed where something is absent."""

    model_config = ConfigDict(extra="ignore", strict=True, alias_generator=to_camel)

    inbound: str | None
    draft: str | None
    offered_slots: list[str] | None = None
    booking_link: str | None = None
    lead_scheduler_link: str | None = None

    def reply(self) -> Reply:
        """The line as the invariants look at it."""
        return Reply(
            inbound=self.inbound or "",
            draft=self.draft or "",
            offered_slots=tuple(self.offered_slots or ()),
            booking_link=self.booking_link,
            lead_scheduler_link=self.lead_scheduler_link,
        )


@drafts.command("check")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True), default="-")
@json_option
@operator_command
def check(file: str, *, as_json: bool) -> ExitCode:
    """Check each JSON line of FILE (standard input by default); exit 5 when an invariant is broken.

    A line is {"inbound", "draft", "offeredSlots", "bookingLink", "leadSchedulerLink"}; its answer is a line
    {"invariants": [{"code", "message"}]}. Blank lines are passed over.
    """
    del as_json  # the answer is JSON in any case
    any_broken = False
    try:
        with click.open_file(file, "rb") as stream:
            for line in _lines(stream):
                broken = broken_invariants(line.reply())
                any_broken = any_broken or bool(broken)
                print_json({"invariants": [{"code": one.code, "message": one.message} for one in broken]})
    except OSError as error:
        raise UsageProblem(f"{file} cannot be read: {error.strerror}.") from error
    return ExitCode.INVARIANT_BROKEN if any_broken else ExitCode.WELL


def _lines(stream: Iterable[bytes]) -> Iterator[CheckedLine]:
    for number, raw in enumerate(stream, 1):
        line = raw.removeprefix(BYTE_ORDER_MARK).strip()
        if not line:
            continue
        try:
            yield CheckedLine.model_validate_json(line)
        except ValidationError as error:
            raise UsageProblem(f"Line {number}{_wrong(error)}") from error


def _wrong(error: ValidationError) -> str:
    """The first thing that is wrong with a line, in words that need no knowledge of our parser."""
    found = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(map(str, found["loc"]))
    match found["type"]:
        case "json_invalid":
            return " is not JSON in UTF-8: each line has to be one whole JSON object."
        case "model_type":
            return " is JSON, but not an object."
        case "missing":
            return f": {name} is missing; write null where there is none."
        case "string_type":
            return f": {name} has to be text{'' if len(found['loc']) > 1 else ' or null'}."
        case "list_type":
            return f": {name} has to be a list of texts, or null."
        case _:
            return f": {name}: {found['msg']}."
