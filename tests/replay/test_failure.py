"""Tests of lib/replay/failure.py: the type follows from class and step."""

from datetime import timedelta

import pytest

from lib.errors import StoreBusy
from lib.llm.errors import LlmAnswerInvalid, LlmBusy, LlmDeclined, LlmKeyRefused
from lib.replay.case import FailureType
from lib.replay.errors import ReplayDeadlineExceeded
from lib.replay.failure import CaseStep, asked_to_wait, error_of, failure_type_of, is_worth_retrying

COMPOSE, JUDGE = CaseStep.COMPOSE, CaseStep.JUDGE
AWAY = FailureType.INFRA_ERROR


@pytest.mark.parametrize(
    ("error", "step", "failure", "again"),
    [
        (StoreBusy(), CaseStep.READ, AWAY, True),
        (LlmBusy(), COMPOSE, AWAY, True),
        (LlmBusy(), JUDGE, AWAY, True),
        (LlmKeyRefused(), COMPOSE, AWAY, False),
        (LlmAnswerInvalid(), COMPOSE, FailureType.DRAFT_GENERATION_ERROR, True),
        (LlmAnswerInvalid(), JUDGE, FailureType.JUDGE_ERROR, True),
        (LlmDeclined(), COMPOSE, FailureType.DRAFT_GENERATION_ERROR, False),
        (ReplayDeadlineExceeded(), COMPOSE, AWAY, False),
        (TimeoutError(), JUDGE, AWAY, False),
        (ValueError("timeout"), COMPOSE, FailureType.DRAFT_GENERATION_ERROR, False),
        (ValueError(), CaseStep.RECORD, FailureType.EXECUTION_ERROR, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_each(error: Exception, step: CaseStep, failure: FailureType, *, again: bool) -> None:
    assert (failure_type_of(error, step), is_worth_retrying(error)) == (failure, again)


def test_an_endpoint_is_waited_for_as_long_as_it_asks() -> None:
    assert asked_to_wait(LlmBusy(retry_after=timedelta(seconds=7))) == 7.0
    assert asked_to_wait(LlmBusy()) == asked_to_wait(ValueError()) == 0.0


def test_of_ours_the_words_of_others_the_type_and_place() -> None:
    assert error_of(StoreBusy("Busy."), COMPOSE).message == "Busy."
    assert error_of(ValueError("a mail"), COMPOSE).message == "ValueError was raised at the step compose."
