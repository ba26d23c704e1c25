"""How well opt-outs are told on the labelled examples of samples/opt_outs.

Exit 0 when recall is at least 0.97 and precision at least 0.95, 6 when not, 2 when a file cannot be read.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from bench.labels import UnreadableLabels, lines_of
from lib.drafts.opt_out import opt_out_in
from lib.exit_codes import ExitCode

FILE: Final = Path(__file__).parent.parent / "samples" / "opt_outs" / "examples.jsonl"
LEAST_RECALL: Final = 0.97
"""A missed opt-out is mail that somebody forbade."""
LEAST_PRECISION: Final = 0.95
"""A false one loses a lead."""


class OptOutLine(BaseModel):
    """One message, and whether a person takes it for an opt-out."""

    model_config = ConfigDict(extra="forbid")

    id: str
    label: Literal["opt_out", "other"]
    language: str
    text: str
    subject: str | None = None
    note: str | None = None


def main(arguments: Sequence[str], *, show: Callable[[str], None] = print) -> int:
    """Score and print, with the ids of the wrong ones; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench opt-outs", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE, help="samples/opt_outs without")
    try:
        lines = list(lines_of(parser.parse_args(arguments).file, OptOutLine))
    except UnreadableLabels as error:
        parser.error(str(error))
    told = {line.id for line in lines if opt_out_in(line.text, line.subject) is not None}
    meant = {line.id for line in lines if line.label == "opt_out"}
    if not meant:
        show("There are no opt-outs among the examples.")
        return ExitCode.NOTHING_FOUND
    recall = len(told & meant) / len(meant)
    precision = len(told & meant) / len(told) if told else 1.0
    show(f"{len(lines)} examples, {len(meant)} opt-outs: recall {recall:.3f}, precision {precision:.3f}")
    show(f"missed: {', '.join(sorted(meant - told)) or 'none'}")
    show(f"wrongly told: {', '.join(sorted(told - meant)) or 'none'}")
    return ExitCode.WELL if recall >= LEAST_RECALL and precision >= LEAST_PRECISION else ExitCode.BELOW_BAR
