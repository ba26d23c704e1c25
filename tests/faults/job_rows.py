"""A job that kills whoever runs it, again and again."""

from typing import Final

from tests.faults.points import Act, At
from tests.faults.process_rows import INLINE
from tests.faults.row import Control, Row, once
from tests.faults.stage import Stage

POISON: Final = """
INSERT INTO jobs (workspace_id, kind, status, priority) SELECT id, 'system.noop', 'pending', 9 FROM workspaces
"""
FATAL: Final = At(point="before the handler of system.noop #1", act=Act.KILL)
ALLOWED: Final = 5
"""Crashes after which a job of this kind is dead."""


def _poisoned(stage: Stage) -> None:
    """The job comes first in its workspace; each window has new work beside it."""
    stage.seed()
    stage.places.database.owner.run(POISON)
    stage.faulty = True
    for _ in range(max(ALLOWED, stage.span) + 1):
        instance = stage.start(at=FATAL)
        stage.cron(instance)
        stage.injections += not instance.alive
        stage.pass_window()
        stage.seed()
    stage.cron()
    if not stage.without:
        status = stage.places.database.owner.value("SELECT status FROM jobs WHERE kind = 'system.noop'")
        assert status == "dead"


ROWS: Final = (
    Row(
        fault="a job kills its worker each time",
        plays=once(_poisoned),
        modes=frozenset({"died", "inline"}),
        controls=(Control(without=("count of crashes",)),),
        settings=INLINE,
    ),
)
