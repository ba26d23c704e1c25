"""A process is killed with -9, or frozen past its leases, at each point of a tick and of either step."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from lib.status.run_status import JobName
from tests.faults.instances import Instance
from tests.faults.points import Act, At
from tests.faults.row import Control, Play, Row
from tests.faults.stage import Places, Stage, staged

INLINE = {"BACKGROUND_JOBS_USE_INNGEST": "false"}
NOWHERE = At(point="nowhere", act=Act.KILL)

Run = Callable[[Stage, At], Instance]
"""Has an instance do what is to be broken off at a point, as far as it comes; that instance."""
Meets = Callable[[Run, str], Play]
"""What a run meets at a point."""


def tick(stage: Stage, at: At) -> Instance:
    """A tick with work."""
    stage.seed()
    instance = stage.start(at=at)
    stage.cron(instance)
    return instance


def step(job_name: JobName) -> Run:
    """A function's run, called by Inngest after a tick with work."""

    def run(stage: Stage, at: At) -> Instance:
        stage.seed()
        instance = stage.routes[job_name] = stage.start(at=at)
        stage.cron()
        stage.pass_window()
        return instance

    return run


def points_of(run: Run, places: Places, settings: dict[str, str]) -> list[str]:
    """The points that `run` crosses when nothing goes wrong.

    Without those at which everything outside the process is as at the point before: a transaction that was
    not committed has not been.
    """
    with staged(places, settings=settings) as stage:
        crossed = run(stage, NOWHERE).points
    return [
        point
        for before, point in pairwise(("before it all", *crossed))
        if not (point.startswith("before the commit") and before.startswith("after the commit"))
    ]


def killed(run: Run, point: str) -> Play:
    """`run`, whose process ends at `point`."""

    def play(stage: Stage) -> None:
        stage.faulty = True
        instance = run(stage, At(point=point, act=Act.KILL))
        stage.faulty = False
        assert (instance.alive, instance.at) == (False, point), f"did not die at {point}"
        stage.injections += 1
        stage.pass_window()

    return play


def frozen(run: Run, point: str) -> Play:
    """`run`, whose process stops at `point` and goes on when its leases are over and others had its work."""

    def play(stage: Stage) -> None:
        stage.faulty = True
        instance = run(stage, At(point=point, act=Act.FREEZE))
        assert (instance.frozen, instance.at) == (True, point), f"did not stop at {point}"
        stage.injections += 1
        stage.empty_windows(stage.span - 1)
        stage.wake(instance)

    return play


def everywhere(meets: Meets, run: Run, settings: dict[str, str]) -> Callable[[Places], Iterable[Play]]:
    """`run`, which meets its end or its pause at each of its points in turn."""
    return lambda places: (meets(run, point) for point in points_of(run, places, settings))


def _row(
    fault: str, meets: Meets, run: Run, *, modes: set[str], controls: dict[str, str], inline: bool = False
) -> Row:
    """`controls`: the protections, each with the point at which its lack does damage."""
    settings = INLINE if inline else {}
    return Row(
        fault=fault,
        plays=everywhere(meets, run, settings),
        modes=frozenset(modes),
        controls=tuple(
            Control(without=(name,), plays=(meets(run, point),)) for name, point in controls.items()
        ),
        settings=settings,
    )


ROWS = (
    _row(
        "killed with -9 at any point of an inline tick",
        killed,
        tick,
        modes={"died"},
        controls={
            "end of a single flight's lease": "after the commit of execute.execute #1",
            "end of a job's lease": "after the commit of drain.supply #1",
            "claim of a draft": "after the mail went #1",
        },
        inline=True,
    ),
    _row(
        "killed with -9 at any point of a tick that hands over",
        killed,
        tick,
        modes={"died"},
        controls={"work of earlier ticks": "after the commit of handover.begin #1"},
    ),
    _row(
        "killed with -9 at any point of the drain step",
        killed,
        step(JobName.PROCESS),
        modes={"inngest"},
        controls={
            "end of a job's lease": "after the commit of drain.supply #1",
            "claim of a draft": "after the mail went #1",
        },
    ),
    _row(
        "killed with -9 at any point of the maintenance step",
        killed,
        step(JobName.MAINTENANCE),
        modes={"inngest"},
        controls={"end of a single flight's lease": "after the commit of single_flight.single_flight #1"},
    ),
    _row(
        "frozen past its leases at any point of a tick that hands over, then continued",
        frozen,
        tick,
        modes={"inngest", "duplicate"},
        controls={"work of earlier ticks": "after the commit of handover.begin #1"},
    ),
    _row(
        "frozen past its leases at any point of the drain step, then continued",
        frozen,
        step(JobName.PROCESS),
        modes={"inngest"},
        controls={
            "fencing token": "after the handler of draft.send #1",
            "claim of a draft": "after the commit of sending.commit #1",
        },
    ),
    _row(
        "frozen past its leases at any point of the maintenance step, then continued",
        frozen,
        step(JobName.MAINTENANCE),
        modes={"inngest"},
        controls={"end of a single flight's lease": "after the commit of single_flight.single_flight #1"},
    ),
)
