"""One row of the fault matrix: a fault, how it is played, what must hold, and what happens unprotected."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults.law import WINDOW_S, Verdict
from tests.faults.stage import PATIENCE_S, Places, Stage, staged

Play = Callable[[Stage], None]


@dataclass(frozen=True, kw_only=True)
class Control:
    """The row played without a protection, which must do damage."""

    without: tuple[str, ...]
    """Of tests/faults/protections.py."""
    plays: tuple[Play, ...] = ()
    """What is played instead of all the row's plays; empty: these."""
    patience_s: float = PATIENCE_S
    """How long a tick is waited for: little where it is to hang."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A single fault of design §11."""

    fault: str
    """In the words of docs/reliability.md; unique."""
    plays: Callable[[Places], Iterable[Play]]
    """Every way of playing it, each on a stage of its own."""
    modes: frozenset[str]
    """Exactly what ticks answer under the fault."""
    controls: tuple[Control, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    own_stores: bool = False
    """Whether it stops and pauses stores, which then are its own."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of playing."""

    injections: int
    modes: Counter[str]
    verdict: Verdict


def once(play: Play) -> Callable[[Places], Iterable[Play]]:
    """The plays of a row that has one."""
    return lambda _: [play]


def run_row(row: Row, places: Places) -> tuple[str, int]:
    """Play the row and its controls; its line of the table, and its injections.

    Raises AssertionError for whatever is wrong.
    """
    total = Played(injections=0, modes=Counter(), verdict=Verdict())
    for play in row.plays(places):
        played = _play(play, places, row.settings, Control(without=()))
        assert played.injections > 0, f"{row.fault}: nothing was injected"
        assert played.verdict.holds, f"{row.fault}: {played.verdict}"
        total = Played(
            injections=total.injections + played.injections,
            modes=total.modes + played.modes,
            verdict=total.verdict.beside(played.verdict),
        )
    assert frozenset(total.modes) == row.modes, f"{row.fault}: {total.modes}"
    controls = "; ".join(_control(row, control, places) for control in row.controls)
    assert controls, f"{row.fault}: has no control run"
    return _line(row, total, controls), total.injections


def _control(row: Row, control: Control, places: Places) -> str:
    """What the control run did, in words; raises AssertionError when it did no damage."""
    lost, doubled = False, False
    for play in control.plays or row.plays(places):
        played = _play(play, places, row.settings, control)
        assert played.injections > 0, f"{row.fault}, control: nothing was injected"
        lost |= bool(played.verdict.lost)
        doubled |= bool(played.verdict.doubled)
    name = " and ".join(control.without)
    assert lost or doubled, f"{row.fault}: without {name} nothing was lost and nothing doubled"
    damage = [word for done, word in ((lost, "lost"), (doubled, "doubled")) if done]
    return f"without {name}: {' and '.join(damage)}"


def _play(play: Play, places: Places, settings: Mapping[str, str], control: Control) -> Played:
    """Play once, then let windows pass until all is done or too late."""
    with staged(places, settings=settings, without=control.without, patience_s=control.patience_s) as stage:
        play(stage)
        stage.empty_windows(1)  # a doubled effect may come after the first
        verdict = stage.verdict()
        while verdict.pending:  # at most until its bound has passed
            stage.empty_windows(1)
            verdict = stage.verdict()
        return Played(injections=stage.injections, modes=stage.modes, verdict=verdict)


def _line(row: Row, played: Played, controls: str) -> str:
    verdict = played.verdict
    windows = verdict.slowest // timedelta(seconds=WINDOW_S) + 1
    cells = (
        row.fault,
        str(played.injections),
        ", ".join(f"`{mode}`" for mode in sorted(played.modes)) or "none",
        f"< {windows * WINDOW_S} s",
        str(len(verdict.lost)),
        str(len(verdict.doubled)),
        str(verdict.unconfirmed),
        controls,
    )
    return f"| {' | '.join(cells)} |"
