"""Faults of Inngest's executor: it accepts and does not call, or calls late, or twice, or into a redeploy."""

from typing import Final

from dev.engine.faults import DeliverTwice
from lib.status.run_status import JobName
from tests.durable import PREFIX
from tests.faults.points import Act, At
from tests.faults.row import Control, Play, Row, once
from tests.faults.stage import Stage

TEN_MINUTES: Final = 10
"""In windows."""
UNTIL_OPEN: Final = 16
"""Windows in which a breaker has seen enough."""
BACK_WITHIN: Final = 12
"""Windows after which Inngest is used again once it executes again: the breaker's pause and a probe."""
MANY: Final = 1_000


def _uncalled(windows: int, job_name: JobName | None = None) -> Play:
    """Every event is accepted, and one function, or none at all, is called; afterwards all are.

    Then Inngest has to be used again by itself.
    """

    def play(stage: Stage) -> None:
        stage.window()
        stage.engine.hold(job_name and f"{PREFIX}{job_name}")
        stage.faulty = True
        for _ in range(windows):
            told = stage.window()
            stage.injections += 1
            if told["mode"] == "inline":  # an open breaker takes its own responsibility inline, no other
                assert len(told["enqueuedEvents"]) == (0 if job_name is None else 1)
        stage.faulty = False
        stage.engine.release()
        back = any(stage.window()["mode"] == "inngest" for _ in range(BACK_WITHIN))
        assert back or stage.without, "Inngest is not used again"

    return play


def _called_twice(stage: Stage) -> None:
    """Each request comes again after it was answered."""
    stage.engine.faults.add(DeliverTwice(times=MANY))
    stage.faulty = True
    for _ in range(stage.span):
        stage.window()
        stage.injections += 1


def _called_again_meanwhile(stage: Stage) -> None:
    """A request comes again while the first one is about to send a mail; the first goes on afterwards."""
    stage.seed()
    first = stage.routes[JobName.PROCESS] = stage.start(
        at=At(point="after the commit of sending.commit #1", act=Act.FREEZE)
    )
    stage.faulty = True
    stage.cron()
    stage.pass_window(seconds=50)
    assert first.frozen
    stage.injections += 1
    stage.wake(first)
    stage.pass_window(seconds=10)


def _redeployed(stage: Stage) -> None:
    """Between two steps of a run another version is deployed, and the old one's process ends in its step."""
    stage.seed()
    stage.seed()
    old = stage.start(
        at=At(point="after the commit of drain.supply #2", act=Act.KILL), BACKGROUND_JOB_CRON_LIMIT="1"
    )
    stage.routes[JobName.PROCESS] = old
    stage.faulty = True
    stage.cron()
    stage.pass_window()
    assert not old.alive
    stage.injections += 1


UNWATCHED: Final = (Control(without=("watchdog",)),)


def _row(fault: str, play: Play, modes: set[str]) -> Row:
    return Row(fault=fault, plays=once(play), modes=frozenset(modes), controls=UNWATCHED)


def _half_taken(stage: Stage) -> None:
    """The event API takes the first of the two events and forgets the other."""
    stage.window()
    stage.relay.takes = 1
    stage.faulty = True
    for _ in range(stage.span):
        stage.window()
        stage.injections += 1
    stage.faulty = False
    stage.relay.takes = None
    stage.window()


ROWS: Final[tuple[Row, ...]] = (
    Row(
        fault="Inngest takes one of the two events",
        plays=once(_half_taken),
        modes=frozenset({"inline-fallback"}),
        controls=(Control(without=("inline fallback", "watchdog")),),
    ),
    _row("Inngest accepts and never calls", _uncalled(UNTIL_OPEN), {"inngest", "inline-recovery", "inline"}),
    _row(
        "Inngest never calls maintenance",
        _uncalled(UNTIL_OPEN, JobName.MAINTENANCE),
        {"inngest", "inline-recovery", "inline"},
    ),
    _row(
        "Inngest never calls processing",
        _uncalled(UNTIL_OPEN, JobName.PROCESS),
        {"inngest", "inline-recovery", "inline"},
    ),
    _row("Inngest calls ten minutes late", _uncalled(TEN_MINUTES), {"inline", "inngest", "inline-recovery"}),
    Row(
        fault="Inngest calls twice, afterwards and meanwhile",
        plays=lambda _: (_called_twice, _called_again_meanwhile),
        modes=frozenset({"inngest"}),
        controls=(Control(without=("claim of a job", "claim of a draft"), plays=(_called_again_meanwhile,)),),
    ),
    Row(
        fault="redeployed between two steps of a run",
        plays=once(_redeployed),
        modes=frozenset({"inngest"}),
        controls=(Control(without=("end of a job's lease",)),),
    ),
)
