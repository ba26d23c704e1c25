"""From an exception to the type of a failure: by its class and by how far the case had come."""

import traceback
from enum import StrEnum
from pathlib import Path
from typing import Final

from lib.errors import EverytickError, StoreError
from lib.llm.errors import LlmAnswerCut, LlmAnswerInvalid, LlmAnswerTooLarge, LlmDeclined, LlmError
from lib.replay.case import CaseError, FailureType
from lib.replay.errors import ReplayDeadlineExceeded

PROJECT: Final = Path(__file__).parents[2]


class CaseStep(StrEnum):
    """What a case is at."""

    READ = "read"
    DECIDE = "decide"
    COMPOSE = "compose"
    JUDGE = "judge"
    RECORD = "record"


_FAILURES: Final = {
    CaseStep.READ: FailureType.SELECTION_ERROR,
    CaseStep.DECIDE: FailureType.DECISION_ERROR,
    CaseStep.COMPOSE: FailureType.DRAFT_GENERATION_ERROR,
    CaseStep.JUDGE: FailureType.JUDGE_ERROR,
    CaseStep.RECORD: FailureType.EXECUTION_ERROR,
}
_NO_ANSWER: Final = (LlmAnswerCut, LlmAnswerTooLarge, LlmAnswerInvalid, LlmDeclined)
"""What a model said, and it was of no use: that is a failure of whoever asked it."""
_AWAY: Final = (StoreError, LlmError, ReplayDeadlineExceeded, TimeoutError, ConnectionError)
"""What says nothing of the draft: something that the replay needs was away, or time was over."""


def failure_type_of(error: Exception, step: CaseStep) -> FailureType:
    """What a case failed of that raised `error` at `step`."""
    away = _is_away(error) and not isinstance(error, _NO_ANSWER)
    return FailureType.INFRA_ERROR if away else _FAILURES[step]


def is_worth_retrying(error: Exception) -> bool:
    """Whether the same case may go well in a moment."""
    if isinstance(error, EverytickError):
        return error.retriable
    return isinstance(error, ConnectionError)


def asked_to_wait(error: Exception) -> float:
    """The seconds that a model's endpoint asked us to wait; 0 when it named no time."""
    asked = error.retry_after if isinstance(error, LlmError) else None
    return asked.total_seconds() if asked else 0.0


def error_of(error: Exception, step: CaseStep) -> CaseError:
    """`error` as the artifact tells it. Of what is not ours type and place: its words may be a mail's."""
    if isinstance(error, EverytickError):
        return CaseError(code=error.code, message=error.message)
    code = type(error).__name__
    if isinstance(error, TimeoutError):
        return CaseError(code=code, message=f"The step {step} took longer than this case may take.")
    return CaseError(code=code, message=f"{code} was raised at the step {step}{_place(error)}.")


def _is_away(error: Exception) -> bool:
    return isinstance(error, _AWAY) or (isinstance(error, EverytickError) and error.retriable)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    file = Path(frames[-1].filename)
    shown = file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file.name
    return f", in {shown}:{frames[-1].lineno}"
