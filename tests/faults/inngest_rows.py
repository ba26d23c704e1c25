"""Faults of Inngest's event API: it refuses, hangs, drips, talks nonsense, takes one of two."""

from tests.faults.proxy import Mode
from tests.faults.row import Control, Play, Row, once
from tests.faults.stage import Stage

FALLBACK = frozenset({"inline-fallback"})
UNTENDED = ("inline fallback", "watchdog")
SOON = {"BACKGROUND_JOBS_SEND_DEADLINE_MS": "300"}
"""A deadline that the tests have the time to wait for."""


def _troubled(mode: Mode, *, swallows: bool = True, seconds: float = 0.0, length: int = 0) -> Play:
    """The event API in this trouble for some windows; a good one before and after."""

    def play(stage: Stage) -> None:
        stage.window()
        stage.events.set(mode, seconds=seconds, length=length, swallows=swallows)
        stage.faulty_windows(stage.span, through=stage.events)
        stage.events.set(Mode.PASS)
        stage.window()

    return play


def _answering(fault: str, mode: Mode, *, seconds: float = 0.0, length: int = 0) -> Row:
    """Trouble with the answer alone: of events that it took, and of events that it did not take."""
    plays = [_troubled(mode, swallows=swallows, seconds=seconds, length=length) for swallows in (False, True)]
    return Row(
        fault=fault,
        plays=lambda _: plays,
        modes=FALLBACK,
        settings=SOON,
        controls=(Control(without=UNTENDED, plays=(plays[1],)),),
    )


ROWS = (
    Row(
        fault="Inngest refuses the connection",
        plays=once(_troubled(Mode.REFUSE)),
        modes=FALLBACK,
        settings=SOON,
        controls=(Control(without=UNTENDED),),
    ),
    Row(
        fault="Inngest takes the connection and hangs",
        plays=once(_troubled(Mode.HANG)),
        modes=FALLBACK,
        settings=SOON,
        controls=(Control(without=("send deadline", "watchdog"), patience_s=0.5), Control(without=UNTENDED)),
    ),
    _answering("Inngest's answer drips in", Mode.DRIP),
    _answering("Inngest resets the connection", Mode.RESET),
    _answering("Inngest's answer breaks off", Mode.TRUNCATE, length=40),
    _answering("Inngest answers nonsense", Mode.NONSENSE),
    _answering("Inngest's answer comes after the deadline", Mode.DELAY, seconds=0.5),
)
