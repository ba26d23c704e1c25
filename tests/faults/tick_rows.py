"""Faults of the cron and of clocks: ticks lost, late, doubled, overlapping; an instance a minute off."""

from typing import Final

from tests.faults.points import Act, At
from tests.faults.process_rows import INLINE
from tests.faults.row import Control, Row, once
from tests.faults.stage import Stage

MINUTE_S: Final = 60.0
MEANWHILE: Final = ("claim of a job", "claim of a draft", "single flight")


def _lost(stage: Stage) -> None:
    """No tick comes for some windows; work goes on falling due."""
    for _ in range(stage.span):
        stage.seed()
        stage.pass_window()
        stage.injections += 1
    stage.back_at = stage.now()
    stage.faulty = True
    stage.cron()
    stage.pass_window()


def _late(stage: Stage) -> None:
    """Each tick comes near its window's end."""
    stage.faulty = True
    for _ in range(stage.span):
        stage.seed()
        stage.pass_window(seconds=50)
        stage.cron()
        stage.pass_window(seconds=10)
        stage.injections += 1


def _doubled(stage: Stage) -> None:
    """Each tick comes twice."""
    stage.relay.judged = True
    stage.faulty = True
    for _ in range(stage.span):
        stage.seed()
        stage.cron()
        stage.cron()
        stage.pass_window()
        stage.injections += 1


def _overlapping(stage: Stage) -> None:
    """A tick comes while the one before is about to send a mail, which goes on afterwards."""
    stage.seed()
    first = stage.start(at=At(point="after the commit of sending.commit #1", act=Act.FREEZE))
    stage.faulty = True
    stage.cron(first)
    stage.cron()
    stage.injections += 1
    stage.wake(first)


def _skewed(stage: Stage) -> None:
    """Of two instances one is a minute ahead and one a minute behind; both have each tick."""
    stage.relay.judged = True
    fast, slow = stage.start(skew_s=MINUTE_S), stage.start(skew_s=-MINUTE_S)
    stage.faulty = True
    for _ in range(stage.span):
        stage.seed()
        stage.cron(fast)
        stage.use(slow)
        stage.cron(slow)
        stage.pass_window()
        stage.injections += 1


ROWS: Final = (
    Row(
        fault="ticks are lost",
        plays=once(_lost),
        modes=frozenset({"inngest"}),
        controls=(Control(without=("work of earlier ticks",)),),
    ),
    Row(
        fault="ticks are late",
        plays=once(_late),
        modes=frozenset({"inngest"}),
        controls=(Control(without=("work of earlier ticks",)),),
    ),
    Row(
        fault="ticks are doubled",
        plays=once(_doubled),
        modes=frozenset({"inngest", "duplicate"}),
        controls=(Control(without=("one dispatch a window",)),),
    ),
    Row(
        fault="ticks overlap",
        plays=once(_overlapping),
        modes=frozenset({"busy", "inline"}),
        controls=(Control(without=MEANWHILE),),
        settings=INLINE,
    ),
    Row(
        fault="instances' clocks are a minute off",
        plays=once(_skewed),
        modes=frozenset({"inngest", "duplicate"}),
        controls=(Control(without=("shared clock",)),),
    ),
)
