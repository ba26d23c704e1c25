"""How well the invariants agree with what people say of the labelled examples (samples/invariants).

Every example counts for all five invariants, whichever it was written for: its label names all that apply.
Exit 0 when each invariant reaches the bar in each half (precision at least 0.9, nothing missed), 6 when not,
2 when a file cannot be read, 4 when there is no example.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.labels import Example, UnreadableLabels, label_files, read_examples
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import InvariantCode, Reply
from lib.exit_codes import ExitCode

LEAST_PRECISION: Final = 0.9

Rules = Callable[[Reply], Iterable[InvariantCode]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One invariant over the examples of one half."""

    invariant: InvariantCode
    half: str
    true_positives: int
    true_negatives: int
    false_positives: tuple[str, ...]
    """Ids of the examples that are fine and were reported."""
    false_negatives: tuple[str, ...]
    """Ids of the examples that break it and were not reported."""

    @property
    def precision(self) -> float | None:
        """The share of the reported that deserved it; None when nothing was reported."""
        return _share(self.true_positives, len(self.false_positives))

    @property
    def recall(self) -> float | None:
        """The share of the broken that was reported; None when nothing is broken."""
        return _share(self.true_positives, len(self.false_negatives))

    @property
    def good(self) -> bool:
        """Whether it reaches the bar; what has no precision has reported nothing wrongly."""
        precise = self.precision is None or self.precision >= LEAST_PRECISION
        return precise and not self.false_negatives


def rules(reply: Reply) -> list[InvariantCode]:
    """What the rules report of `reply`."""
    return [broken.code for broken in broken_invariants(reply)]


def scores(examples: Sequence[Example], *, by: Rules = rules) -> list[Score]:
    """A score for each half and invariant, halves by name, invariants in the order of domain §3."""
    judged = [(example, frozenset(by(example.line.reply()))) for example in examples]
    return [
        _score(code, half, [(one, found) for one, found in judged if one.half == half])
        for half in sorted({example.half for example in examples})
        for code in InvariantCode
    ]


def main(arguments: Sequence[str], *, show: Callable[[str], None] = print) -> int:
    """Score and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench invariants", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="all of samples/invariants without"
    )
    options = parser.parse_args(arguments)
    try:
        examples = read_examples(options.files or label_files())
    except UnreadableLabels as error:
        parser.error(str(error))
    if not examples:
        show(json.dumps({"scores": []}) if options.json else "There are no examples.")
        return ExitCode.NOTHING_FOUND
    found = scores(examples)
    show(_as_json(found) if options.json else _as_text(found))
    return ExitCode.WELL if all(score.good for score in found) else ExitCode.BELOW_BAR


def _score(
    code: InvariantCode, half: str, judged: Sequence[tuple[Example, frozenset[InvariantCode]]]
) -> Score:
    def ids(*, expected: bool, reported: bool) -> tuple[str, ...]:
        return tuple(
            example.line.id
            for example, found in judged
            if (code in example.line.expected) is expected and (code in found) is reported
        )

    return Score(
        invariant=code,
        half=half,
        true_positives=len(ids(expected=True, reported=True)),
        true_negatives=len(ids(expected=False, reported=False)),
        false_positives=ids(expected=False, reported=True),
        false_negatives=ids(expected=True, reported=False),
    )


def _share(right: int, wrong: int) -> float | None:
    return right / (right + wrong) if right + wrong else None


def _as_json(found: Sequence[Score]) -> str:
    return json.dumps(
        {
            "scores": [
                {
                    "invariant": score.invariant,
                    "half": score.half,
                    "truePositives": score.true_positives,
                    "trueNegatives": score.true_negatives,
                    "falsePositives": list(score.false_positives),
                    "falseNegatives": list(score.false_negatives),
                    "precision": score.precision,
                    "recall": score.recall,
                    "good": score.good,
                }
                for score in found
            ]
        }
    )


def _as_text(found: Sequence[Score]) -> str:
    table = Table("half", "invariant", title="The invariants against the labelled examples")
    for column in ("TP", "FP", "FN", "TN", "precision", "recall"):
        table.add_column(column, justify="right")
    for score in found:
        counts = (score.true_positives, len(score.false_positives), len(score.false_negatives))
        table.add_row(
            score.half,
            score.invariant,
            *map(str, (*counts, score.true_negatives)),
            *("-" if share is None else f"{share:.3f}" for share in (score.precision, score.recall)),
        )
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table)
        for score in found:
            for what, ids in (("wrongly reported", score.false_positives), ("missed", score.false_negatives)):
                if ids:
                    console.print(f"{score.half} {score.invariant}, {what}: {', '.join(ids)}", soft_wrap=True)
    return capture.get().rstrip()
