"""Several cases at once, by a deadline: what comes back late, or never, is told as such."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from lib.clock import Deadline
from lib.replay.case import CaseOutcome, CaseStatus, SelectedCase
from lib.replay.errors import ReplayDeadlineExceeded
from lib.replay.evaluate import Evaluator
from lib.replay.failure import CaseStep, error_of, failure_type_of
from lib.stopping import Stopping

LOOK_SECONDS: Final = 0.1
"""How often the process is asked whether it was told to end."""

Report = Callable[[CaseOutcome], None]


def evaluate_all(
    evaluator: Evaluator,
    cases: Sequence[SelectedCase],
    *,
    concurrency: int,
    deadline: Deadline,
    stopping: Stopping,
    report: Report,
) -> None:
    """Evaluate `cases` and `report` each as it ends, in this thread; at `deadline` the rest as failed.

    Returns early when the process is told to end; what was not reported by then was not evaluated. Nobody
    waits for a composer that hangs: the threads are daemons.
    """
    todo: queue.SimpleQueue[SelectedCase] = queue.SimpleQueue()
    done: queue.SimpleQueue[CaseOutcome] = queue.SimpleQueue()
    for case in cases:
        todo.put(case)

    def work() -> None:
        with suppress(queue.Empty):
            while not (evaluator.ended.is_set() or stopping.asked or deadline.passed):
                done.put(evaluator.evaluate(todo.get_nowait(), deadline=deadline))

    for number in range(min(concurrency, len(cases))):
        threading.Thread(target=work, name=f"everytick-replay-{number}", daemon=True).start()
    try:
        late = _reported(done, cases, deadline, stopping, report)
    finally:
        evaluator.ended.set()
    for case in late:
        report(_too_late(case))


def _reported(
    done: "queue.SimpleQueue[CaseOutcome]",
    cases: Sequence[SelectedCase],
    deadline: Deadline,
    stopping: Stopping,
    report: Report,
) -> list[SelectedCase]:
    """Report what comes; the cases that did not come by `deadline`, none when the process is to end."""
    waiting = {case.case_id: case for case in cases}
    while waiting and not stopping.asked:
        try:
            outcome = done.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            if deadline.passed:
                return list(waiting.values())
            continue
        del waiting[outcome.case.case_id]
        report(outcome)
    return []


def _too_late(case: SelectedCase) -> CaseOutcome:
    error = ReplayDeadlineExceeded()
    return CaseOutcome(
        case=case,
        status=CaseStatus.FAILED,
        failure_type=failure_type_of(error, CaseStep.READ),
        error=error_of(error, CaseStep.READ),
    )
