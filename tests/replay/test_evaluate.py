"""Tests of lib/replay/evaluate.py: how far a case comes, and what it failed of."""

import threading
from typing import Any

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.composer import Composer
from lib.drafts.conversation import Conversation, Direction
from lib.drafts.gate import overseer_gate
from lib.drafts.template_composer import TemplateComposer
from lib.errors import StoreUnavailable, UsageProblem
from lib.replay.case import CaseOutcome, CaseStatus, Expectation, FailureType, SelectedCase
from lib.replay.evaluate import ATTEMPTS, Evaluator
from lib.replay.judge import Bar, Judge, Judgement, JudgeProfile, Subject
from lib.replay.rules_judge import RulesJudge
from tests.drafts.conftest import SLOTS, conversation
from tests.replay.composers import FABRICATES, RAMBLES, AlwaysRaising, Hanging, Raising, Saying

ASKS = conversation("Do you have time for a call next week?")

BUGGY = AlwaysRaising(KeyError("timeout"))


class Held:
    """A reader that gives what it was made with, or raises it."""

    def __init__(self, *held: Conversation | Exception | None) -> None:
        self._held = list(held)

    def read(self, case: SelectedCase) -> Conversation | None:
        del case
        held = self._held.pop(0) if len(self._held) > 1 else self._held[0]
        if isinstance(held, Exception):
            raise held
        return held


class RaisingJudge:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def judge(self, subject: Subject, bar: Bar, *, deadline: Deadline) -> Judgement:
        del subject, bar, deadline
        raise self._error


class KeepingJudge(RulesJudge):
    """Keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Subject] = []

    def judge(self, subject: Subject, bar: Bar, *, deadline: Deadline) -> Judgement:
        self.given.append(subject)
        return super().judge(subject, bar, deadline=deadline)


def evaluated(
    held: Held | Conversation,
    composer: Composer | None = None,
    *,
    judge: Judge | None = None,
    expectation: Expectation | None = None,
    milliseconds: float = 30_000,
    **changes: Any,
) -> CaseOutcome:
    evaluator = Evaluator(
        reader=Held(held) if isinstance(held, Conversation) else held,
        composer=composer or TemplateComposer(),
        gate=changes.pop("gate", overseer_gate),
        judge=judge or RulesJudge(),
        profile=JudgeProfile.STRICT,
    )
    case = SelectedCase(
        case_id="c", message_id="m", channel="email", expectation=expectation or Expectation()
    )
    return evaluator.evaluate(case, deadline=Deadline.after_ms(SystemClock(), milliseconds))


class TestOutcome:
    def test_a_good_draft_passes(self) -> None:
        outcome = evaluated(ASKS)
        assert (outcome.status, outcome.failure_type, outcome.attempts) == (CaseStatus.EVALUATED, None, 1)
        assert outcome.judgement is not None
        assert outcome.judgement.passed
        assert outcome.generated_draft == outcome.final_draft

    def test_no_draft_is_due(self) -> None:
        outcome = evaluated(conversation("Please unsubscribe me."))
        assert (outcome.status, outcome.skip_reason, outcome.failure_type) == (
            CaseStatus.SKIPPED, "opt_out", None,
        )  # fmt: skip

    def test_what_the_gate_mends_counts_all_the_same(self) -> None:
        """The gate is the last line, not the plan."""
        outcome = evaluated(conversation("Which times?", slots=SLOTS), FABRICATES)
        assert [one.code for one in outcome.invariants] == ["fabricated_link"]
        assert outcome.failure_type is FailureType.DRAFT_QUALITY_ERROR
        assert outcome.generated_draft != outcome.final_draft
        assert [warning.split(":")[0] for warning in outcome.warnings] == ["gate_revised"]

    def test_a_gate_that_fails_blocks_nothing(self) -> None:
        def gate(*_: object) -> Any:
            raise ValueError

        outcome = evaluated(ASKS, gate=gate)
        assert outcome.failure_type is None
        assert [warning.split(":")[0] for warning in outcome.warnings] == ["gate_failed"]

    def test_composer_and_judge_see_the_same_and_nothing_else(self) -> None:
        composer, judge = Saying("Hello, which day suits you for a call?"), KeepingJudge()
        evaluated(ASKS, composer, judge=judge)
        assert (composer.given, [subject.conversation for subject in judge.given]) == ([ASKS], [ASKS])


class TestFailures:
    """Typed by the exception and by how far the case had come, never by anybody's words."""

    @pytest.mark.parametrize(
        ("held", "composer", "judge", "failure", "code"),
        [
            (Held(None), None, None, FailureType.SELECTION_ERROR, "case_vanished"),
            (Held(UsageProblem()), None, None, FailureType.SELECTION_ERROR, "usage"),
            (Held(ASKS), BUGGY, None, FailureType.DRAFT_GENERATION_ERROR, "KeyError"),
            (Held(ASKS), None, RaisingJudge(ValueError()), FailureType.JUDGE_ERROR, "ValueError"),
            (Held(ASKS), None, RaisingJudge(TimeoutError()), FailureType.INFRA_ERROR, "TimeoutError"),
            (Held(ASKS), AlwaysRaising(ConnectionError()), None, FailureType.INFRA_ERROR, "ConnectionError"),
            (Held(StoreUnavailable()), None, None, FailureType.INFRA_ERROR, "store_unavailable"),
            (Held(ASKS), RAMBLES, None, FailureType.DRAFT_QUALITY_ERROR, None),
        ],
        ids=[
            "no such message", "settings that do not fit", "the composer", "the judge", "a judge in time",
            "an endpoint away", "the database away", "a bad draft",
        ],
    )  # fmt: skip
    def test_each_has_its_type(
        self,
        held: Held,
        composer: Composer | None,
        judge: Judge | None,
        failure: FailureType,
        code: str | None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("lib.replay.evaluate.PAUSE_SECONDS", 0.001)
        outcome = evaluated(held, composer, judge=judge)
        assert outcome.failure_type is failure
        assert (outcome.error.code if outcome.error else None) == code

    def test_a_decision_that_raises(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(_: Conversation) -> None:
            raise ValueError

        monkeypatch.setattr("lib.replay.evaluate.reason_before_composing", broken)
        assert evaluated(ASKS).failure_type is FailureType.DECISION_ERROR

    def test_strangers_words_stay_out_of_the_error(self) -> None:
        """What a composer raises may quote the mail."""
        error = evaluated(ASKS, AlwaysRaising(ValueError("from a mail"))).error
        assert error is not None
        assert "from a mail" not in error.message
        assert "composers.py:" in error.message

    @pytest.mark.parametrize("away", [StoreUnavailable(), ConnectionResetError()])
    def test_what_was_away_is_tried_again(self, away: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lib.replay.evaluate.PAUSE_SECONDS", 0.001)
        outcome = evaluated(ASKS, Raising(away))
        assert (outcome.status, outcome.attempts, outcome.error) == (CaseStatus.EVALUATED, 2, None)

    def test_but_not_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lib.replay.evaluate.PAUSE_SECONDS", 0.001)
        outcome = evaluated(ASKS, AlwaysRaising(StoreUnavailable()))
        assert (outcome.attempts, outcome.failure_type) == (ATTEMPTS, FailureType.INFRA_ERROR)

    def test_a_bug_is_not_tried_again(self) -> None:
        assert evaluated(ASKS, Raising(ValueError())).attempts == 1

    def test_nobody_waits_for_a_composer_that_hangs(self) -> None:
        composer = Hanging()
        outcome = evaluated(ASKS, composer, milliseconds=100)
        composer.let_go.set()
        assert (outcome.failure_type, outcome.attempts) == (FailureType.INFRA_ERROR, 1)


class TestExpectation:
    @pytest.mark.parametrize(
        ("said", "expectation", "failure"),
        [
            (ASKS, Expectation(drafted=True), None),
            (ASKS, Expectation(drafted=False), FailureType.DECISION_ERROR),
            (ASKS, Expectation(least_score=100), None),
            (conversation("Please unsubscribe me."), Expectation(drafted=False), None),
            (conversation("Please unsubscribe me."), Expectation(drafted=True), FailureType.DECISION_ERROR),
            (
                conversation("Please unsubscribe me."),
                Expectation(skip_reason="bounce"),
                FailureType.DECISION_ERROR,
            ),
        ],
        ids=["drafted", "drafted against it", "scored", "none", "none against it", "another reason"],
    )
    def test_what_is_pinned_holds(
        self, said: Conversation, expectation: Expectation, failure: FailureType | None
    ) -> None:
        assert evaluated(said, expectation=expectation).failure_type is failure

    def test_a_higher_bar(self) -> None:
        acknowledged = conversation("We run a bakery.", before=((Direction.OUTBOUND, "Hello"),))
        outcome = evaluated(acknowledged, expectation=Expectation(least_score=95))
        assert outcome.failure_type is FailureType.DRAFT_QUALITY_ERROR


def test_an_ended_replay_waits_for_no_second_attempt() -> None:
    ended = threading.Event()
    ended.set()
    evaluator = Evaluator(
        reader=Held(ASKS),
        composer=AlwaysRaising(StoreUnavailable()),
        gate=overseer_gate,
        judge=RulesJudge(),
        profile=JudgeProfile.LENIENT,
        ended=ended,
    )
    case = SelectedCase(case_id="c", message_id="m", channel="email")
    outcome = evaluator.evaluate(case, deadline=Deadline.after_ms(SystemClock(), 30_000))
    assert outcome.attempts == 1
