"""Tests of lib/replay/crew.py: several cases at once, and an end in any case."""

import threading
from collections.abc import Callable

from lib.clock import Deadline, SystemClock
from lib.drafts.composer import Composer
from lib.drafts.gate import overseer_gate
from lib.replay.case import CaseOutcome, CaseStatus, FailureType, SelectedCase
from lib.replay.crew import evaluate_all
from lib.replay.evaluate import Evaluator
from lib.replay.judge import JudgeProfile
from lib.replay.rules_judge import RulesJudge
from lib.stopping import Stopping
from tests.drafts.conftest import conversation
from tests.replay.composers import Hanging, Saying
from tests.replay.test_evaluate import Held

CASES = [SelectedCase(case_id=str(n), message_id=str(n), channel="email") for n in range(7)]


def carried_out(
    composer: Composer,
    *,
    concurrency: int = 3,
    milliseconds: int = 30_000,
    stopping: Stopping | None = None,
    told: Callable[[CaseOutcome], None] | None = None,
) -> list[CaseOutcome]:
    outcomes: list[CaseOutcome] = []

    def report(outcome: CaseOutcome) -> None:
        outcomes.append(outcome)
        if told is not None:
            told(outcome)

    evaluate_all(
        Evaluator(
            reader=Held(conversation("Have you time for a call?")),
            composer=composer,
            gate=overseer_gate,
            judge=RulesJudge(),
            profile=JudgeProfile.LENIENT,
        ),
        CASES,
        concurrency=concurrency,
        deadline=Deadline.after_ms(SystemClock(), milliseconds),
        stopping=stopping or Stopping(),
        report=report,
    )
    return outcomes


def test_each_case_comes_once_in_the_callers_thread() -> None:
    threads: set[threading.Thread] = set()
    outcomes = carried_out(
        Saying("Which day suits you for a call?"),
        told=lambda _: threads.add(threading.current_thread()),
    )
    assert sorted(outcome.case.case_id for outcome in outcomes) == [case.case_id for case in CASES]
    assert {outcome.status for outcome in outcomes} == {CaseStatus.EVALUATED}
    assert threads == {threading.current_thread()}


def test_a_composer_that_hangs_ends_it_at_the_deadline() -> None:
    """What was not done is an infrastructure's failure, and no pass (failure D11)."""
    composer = Hanging()
    outcomes = carried_out(composer, concurrency=2, milliseconds=150)
    composer.let_go.set()
    assert {outcome.failure_type for outcome in outcomes} == {FailureType.INFRA_ERROR}
    assert sorted(outcome.case.case_id for outcome in outcomes) == [case.case_id for case in CASES]


def test_told_to_end_it_begins_nothing_more() -> None:
    stopping = Stopping()
    outcomes = carried_out(
        Saying("Which day suits you?"), concurrency=1, stopping=stopping, told=lambda _: stopping.ask()
    )
    assert len(outcomes) == 1
