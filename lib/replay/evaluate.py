"""One case: read it as it stood, decide, compose, judge. Writes nothing and sends nothing."""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from lib.clock import Deadline
from lib.drafts.composer import Composer
from lib.drafts.conversation import Conversation
from lib.drafts.drafting import Drafted, draft_reply, reply_of
from lib.drafts.gate import Gate
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Broken
from lib.drafts.no_draft import NoDraftReason, reason_after_extract, reason_before_composing
from lib.drafts.template_composer import understood
from lib.replay.case import CaseError, CaseOutcome, CaseStatus, FailureType, SelectedCase
from lib.replay.errors import CaseVanished, ReplayDeadlineExceeded
from lib.replay.failure import CaseStep, asked_to_wait, error_of, failure_type_of, is_worth_retrying
from lib.replay.judge import THRESHOLDS, Bar, Judge, JudgeProfile, Subject
from lib.time_limit import within

ATTEMPTS: Final = 3
"""How often a case is tried whose infrastructure fails; anything else would only fail again."""
CASE_MS: Final = 120_000
"""One attempt at most."""
PAUSE_SECONDS: Final = 0.25
"""Before the second attempt; doubled before each further one."""
GATE_FAILED: Final = "gate_failed"
"""How the issue of a gate without a verdict begins."""


class Reader(Protocol):
    """Where a case's conversation comes from; all that a replay knows of the world."""

    def read(self, case: SelectedCase) -> Conversation | None:
        """The conversation as it stood at the case's message; None when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """What a case is evaluated with. There is no store, no queue and no mailer among it."""

    reader: Reader
    composer: Composer
    gate: Gate
    judge: Judge
    profile: JudgeProfile
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when nobody waits for further attempts."""

    def evaluate(self, case: SelectedCase, *, deadline: Deadline) -> CaseOutcome:
        """What became of `case`; raises nothing but what ends the process."""
        started = time.monotonic()
        outcome = CaseOutcome(case=case, status=CaseStatus.FAILED)
        for attempt in range(1, ATTEMPTS + 1):
            outcome, error = self._attempt(case, deadline.at_most_ms(CASE_MS))
            outcome = replace(outcome, attempts=attempt)
            if error is None or attempt == ATTEMPTS or not is_worth_retrying(error):
                break
            pause = max(PAUSE_SECONDS * 2 ** (attempt - 1), asked_to_wait(error))
            if deadline.remaining_ms() <= pause * 1000:
                break
            if self.ended.wait(pause):
                break
        return replace(outcome, duration_ms=round((time.monotonic() - started) * 1000))

    def _attempt(self, case: SelectedCase, deadline: Deadline) -> tuple[CaseOutcome, Exception | None]:
        """What came of one attempt, and what it raised."""
        progress = _Attempt(self, case, deadline)
        try:
            if deadline.passed:
                raise ReplayDeadlineExceeded  # noqa: TRY301 - handled as any other
            return within(deadline.remaining_ms() / 1000, progress.run, name="replay-case"), None
        except Exception as error:  # noqa: BLE001 - a case that fails stops no other; typed and kept
            failed = replace(
                progress.outcome,
                status=CaseStatus.FAILED,
                failure_type=failure_type_of(error, progress.step),
                error=error_of(error, progress.step),
            )
            return failed, error


class _Attempt:
    """One attempt at a case: how far it came, and what is known so far."""

    def __init__(self, evaluator: Evaluator, case: SelectedCase, deadline: Deadline) -> None:
        self._with = evaluator
        self._case = case
        self._deadline = deadline
        self.step = CaseStep.READ
        self.outcome = CaseOutcome(case=case, status=CaseStatus.FAILED)

    def run(self) -> CaseOutcome:
        """Go through the steps; what one raises is told as of `step`."""
        held = self._with
        conversation = held.reader.read(self._case)
        if conversation is None:
            raise CaseVanished
        self.outcome = replace(self.outcome, inbound=conversation.asked)
        self.step = CaseStep.DECIDE
        reason = reason_before_composing(conversation) or reason_after_extract(
            conversation, understood(conversation)
        )
        if reason is not None:
            return self._skipped(reason)
        self.step = CaseStep.COMPOSE
        drafted = draft_reply(conversation, held.composer, held.gate, deadline=self._deadline)
        self.step = CaseStep.DECIDE
        reason = reason_after_extract(conversation, drafted.composition.extract)
        if reason is not None:
            return self._skipped(reason)
        return self._judged(conversation, drafted)

    def _skipped(self, reason: NoDraftReason) -> CaseOutcome:
        """The outcome of a message that gets no draft; a failure where the case pins another decision."""
        wanted = self._case.expectation
        skipped = replace(self.outcome, status=CaseStatus.SKIPPED, skip_reason=reason)
        if wanted.drafted:
            return _otherwise(skipped, f"A draft is pinned; the message was passed over ({reason}).")
        if wanted.skip_reason is not None and wanted.skip_reason != reason:
            return _otherwise(skipped, f"It is pinned as {wanted.skip_reason}; it was {reason}.")
        return skipped

    def _judged(self, conversation: Conversation, drafted: Drafted) -> CaseOutcome:
        held, wanted = self._with, self._case.expectation
        composed, final = drafted.composition.text, drafted.verdict.final_draft
        self.outcome = replace(self.outcome, generated_draft=composed, final_draft=final)
        broken = _broken(conversation, composed, final)
        self.outcome = replace(self.outcome, invariants=broken, warnings=_warnings(drafted))
        self.step = CaseStep.JUDGE
        judgement = held.judge.judge(
            Subject(conversation=conversation, draft=final, invariants=broken),
            Bar(
                profile=held.profile,
                threshold=max(THRESHOLDS[held.profile], wanted.least_score or 0),
            ),
            deadline=self._deadline,
        )
        self.step = CaseStep.RECORD
        outcome = replace(self.outcome, status=CaseStatus.EVALUATED, judgement=judgement)
        if wanted.drafted is False:
            return _otherwise(outcome, f"No draft is pinned ({wanted.skip_reason or 'for any reason'}).")
        failed = None if judgement.passed and not broken else FailureType.DRAFT_QUALITY_ERROR
        return replace(outcome, failure_type=failed)


def _broken(conversation: Conversation, *texts: str) -> tuple[Broken, ...]:
    """What any of the texts breaks, each code once.

    What the composer wrote counts even where the gate replaced it: the gate is the last line, not the plan.
    """
    found: dict[str, Broken] = {}
    for text in dict.fromkeys(texts):
        for one in broken_invariants(reply_of(conversation, text)):
            found.setdefault(one.code, one)
    return tuple(found.values())


def _warnings(drafted: Drafted) -> tuple[str, ...]:
    """What the gate found, where it replaced the draft or failed."""
    revised = drafted.verdict.final_draft != drafted.composition.text
    failed = any(issue.startswith(GATE_FAILED) for issue in drafted.verdict.issues)
    return (
        *(("gate_revised: the gate replaced what the composer wrote.",) if revised else ()),
        *(("gate_failed: the gate gave no verdict.",) if failed else ()),
    )


def _otherwise(outcome: CaseOutcome, message: str) -> CaseOutcome:
    """`outcome`, decided otherwise than the case pins."""
    return replace(
        outcome,
        status=CaseStatus.FAILED,
        failure_type=FailureType.DECISION_ERROR,
        error=CaseError(code="decided_otherwise", message=message),
    )
