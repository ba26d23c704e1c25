"""The port through which a replayed draft is judged, and what goes over it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from lib.clock import Deadline
from lib.drafts.conversation import Conversation
from lib.drafts.invariants.reply import Broken


class JudgeProfile(StrEnum):
    """How high the bar hangs."""

    STRICT = "strict"
    BALANCED = "balanced"
    LENIENT = "lenient"


THRESHOLDS: Final = {JudgeProfile.STRICT: 72, JudgeProfile.BALANCED: 62, JudgeProfile.LENIENT: 52}
"""The overall score that passes, of 100 (domain §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a draft has to reach."""

    profile: JudgeProfile
    threshold: int
    """The profile's, or a pinned case's higher one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged. Nothing in it is later than the message that is answered."""

    conversation: Conversation
    draft: str
    """What would be stored."""
    invariants: tuple[Broken, ...]
    """That are broken; the judge need not look for them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A judge's verdict."""

    passed: bool
    """Nothing is objectively wrong, and the score reaches the bar."""
    faultless: bool
    """Nothing is objectively wrong: no score makes up for that."""
    prompt_key: str
    system_prompt: str | None
    """None of a judge without a model."""
    bar: Bar
    overall_score: int
    """0 to 100."""
    dimensions: dict[str, int]
    """Each 0 to 100; only those that apply."""
    failure_reasons: tuple[str, ...]
    """`code: sentence`, the weightiest first; empty when it passed without remark."""


class Judge(Protocol):
    """Judges a draft; what it raises makes the case a `judge_error`, or `infra_error`."""

    def judge(self, subject: Subject, bar: Bar, *, deadline: Deadline) -> Judgement:
        """The verdict on `subject`; external calls end by `deadline`."""
        ...
