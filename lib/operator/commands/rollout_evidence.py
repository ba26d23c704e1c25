"""The part of `flask rollout show` on evidence: the stage in force, every measure, a chart of the windows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lib.clock import iso
from lib.operator.commands.frame import print_table
from lib.rollout.evidence import Spread, StageEvidence, WorkEvidence
from lib.rollout.gate import GateDecision, Measured, Standing, Verdict
from lib.vitals.window_outcomes import WindowMark, WindowOutcome

ROW: Final = 60
"""Windows in a row of the chart: an hour of minutes."""
GLYPHS: Final = {
    WindowOutcome.EXECUTED: ("█", "green"),
    WindowOutcome.OPEN: ("▒", "cyan"),
    WindowOutcome.LATE: ("▄", "yellow"),
    WindowOutcome.FAILED: ("x", "bold red"),
    WindowOutcome.INLINE: ("·", "dim"),
}
NO_TICK: Final = " "
COLOURS: Final = {Standing.MET: "green", Standing.MISSING: "yellow", Standing.BREACHED: "bold red"}
BAR: Final = 12
"""Characters of a full bar."""
SAID: Final = {
    Verdict.ADVANCE: ("green", "it has shown enough"),
    Verdict.HOLD: ("yellow", "something is missing"),
    Verdict.ROLL_BACK: ("bold red", "something went wrong"),
}


def tell_gate(stage: StageEvidence, decision: GateDecision, *, auto: bool) -> None:
    """Print the stage, the verdict and every measure beside its threshold."""
    colour, meaning = SAID[decision.verdict]
    since = f"since {iso(stage.began_at)}" if stage.began_at else "no window yet"
    following = "done" if decision.next_percent is None else f"next {decision.next_percent} %"
    verdict = decision.verdict.replace("_", " ")
    line = Text.assemble(
        f"Stage {decision.percent} % ({since}, {following}; auto {'on' if auto else 'off'}): ",
        (verdict, colour),
        f", {meaning}.",
    )
    Console(soft_wrap=True).print(line)
    table = Table("measure", "of", "seen", "needed", "", "")
    for one in decision.measured:
        mark = Text(one.standing, style=COLOURS[one.standing])
        table.add_row(one.measure, one.responsibility or "", one.seen_text, one.needed_text, _bar(one), mark)
    print_table(table)


def tell_stages(stages: Sequence[StageEvidence]) -> None:
    """Print how the work of each stage went, either way."""
    table = Table(
        "stage",
        "of",
        "way",
        "windows",
        "executed",
        "failed",
        "late",
        "retried",
        "degraded",
        "to start p50/p95/max",
        "to end p50/p95/max",
    )
    for stage in stages:
        for (responsibility, way), work in sorted(stage.work.items()):
            if work.windows:
                table.add_row(f"{stage.percent} %", responsibility, way, *_figures(work))
    if table.row_count:
        print_table(table)


def tell_chart(marks: Sequence[WindowMark], *, windows: int, seconds: int) -> None:
    """Print the latest windows, the oldest first: an hour of minutes in each row."""
    if not marks:
        return
    newest = marks[-1].start
    by_start = {mark.start: mark.outcome for mark in marks}
    console = Console(soft_wrap=True)
    for row in range(windows // ROW, 0, -1):
        first = newest - timedelta(seconds=seconds * (row * ROW - 1))
        starts = [first + timedelta(seconds=seconds * column) for column in range(ROW)]
        cells = [GLYPHS[by_start[start]] if start in by_start else (NO_TICK, "") for start in starts]
        if any(start in by_start for start in starts):
            console.print(Text.assemble(f"{first:%H:%M} ", *cells))
    legend = [(f"{glyph} ", style, f"{outcome}  ") for outcome, (glyph, style) in GLYPHS.items()]
    parts = [part for glyph, style, name in legend for part in ((glyph, style), name)]
    console.print(Text.assemble("      ", *parts, "(blank: no tick)"))


def _figures(work: WorkEvidence) -> tuple[str, ...]:
    executed = "" if work.executed_percent is None else f"{work.executed_percent:g} %"
    return (
        str(work.windows),
        executed,
        str(work.failed),
        str(work.late),
        str(work.retried),
        str(work.degraded),
        _spread(work.to_start),
        _spread(work.to_end),
    )


def _spread(spread: Spread) -> str:
    if spread.p50 is None:
        return ""
    return " / ".join(f"{one:.1f}" for one in (spread.p50, spread.p95, spread.max) if one is not None) + " s"


def _bar(one: Measured) -> str:
    """How far a measure that grows has come; nothing for the others."""
    if not one.at_least or not isinstance(one.needed, int | float) or isinstance(one.seen, str):
        return ""
    share = min(1.0, (one.seen or 0) / one.needed) if one.needed else 1.0
    full = int(share * BAR)  # full means met
    return "█" * full + "░" * (BAR - full)
