"""One replayed message: what is tried, and what became of it (domain §6)."""

from dataclasses import dataclass, field
from enum import StrEnum

from lib.drafts.invariants.reply import Broken
from lib.replay.judge import Judgement


class CaseStatus(StrEnum):
    """How far a case came; the words of the artifact."""

    SELECTED_ONLY = "selected_only"
    """A dry run: nothing was composed or judged."""
    EVALUATED = "evaluated"
    """Composed and judged, well or badly."""
    SKIPPED = "skipped"
    """The message gets no draft, and the reason is stated."""
    FAILED = "failed"
    """Something stood in the way of a verdict."""


class FailureType(StrEnum):
    """What a case that did not pass failed of; typed from exceptions and verdicts, never from their text."""

    DRAFT_QUALITY_ERROR = "draft_quality_error"
    """A draft was judged and did not pass."""
    DRAFT_GENERATION_ERROR = "draft_generation_error"
    """The composer gave no draft."""
    JUDGE_ERROR = "judge_error"
    """The judge gave no verdict."""
    INFRA_ERROR = "infra_error"
    """What the replay needs was away: the database, a model's endpoint, time."""
    SELECTION_ERROR = "selection_error"
    """The message could not be read as a conversation."""
    DECISION_ERROR = "decision_error"
    """Whether it gets a draft was decided otherwise than the case pins, or could not be decided."""
    EXECUTION_ERROR = "execution_error"
    """The replay itself failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The bar that a pinned case sets; without one, a case has no opinion but the judge's."""

    drafted: bool | None = None
    """Whether it gets a draft; None: either will do."""
    skip_reason: str | None = None
    """Why it gets none; None: for any reason."""
    least_score: int | None = None
    """In place of the profile's threshold, where it is higher; 0 to 100."""


ANY: Expectation = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedCase:
    """A message that was chosen to be replayed."""

    case_id: str
    """The message's id, or a pinned case's own."""
    message_id: str
    channel: str
    risks: tuple[str, ...] = ()
    """What made it worth choosing, for instance `pricing`."""
    expectation: Expectation = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseError:
    """Why a case failed, without anybody's words."""

    code: str
    """An EverytickError's code, else the exception's type."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What became of one case."""

    case: SelectedCase
    status: CaseStatus
    attempts: int = 0
    duration_ms: int = 0
    inbound: str | None = None
    """What is answered; None where it was not read."""
    generated_draft: str | None = None
    """What the composer wrote; None when it wrote nothing."""
    final_draft: str | None = None
    """What the gate made of it: the draft that would be stored."""
    judgement: Judgement | None = None
    invariants: tuple[Broken, ...] = ()
    """Broken by what the composer wrote or by what the gate let through; each code once."""
    failure_type: FailureType | None = None
    skip_reason: str | None = None
    error: CaseError | None = None
    warnings: tuple[str, ...] = field(default=())
