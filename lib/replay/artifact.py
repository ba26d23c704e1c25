"""The artifact of a replay: what it looks like as JSON, and how it comes about (domain §6).

Its JSON Schema, docs/replay-artifact.schema.json, is written from these models by dev/replay_schema.py.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from lib.drafts.conversation import Channel
from lib.drafts.invariants.reply import InvariantCode
from lib.replay.baseline import BaselineDiff
from lib.replay.case import CaseOutcome, CaseStatus, FailureType
from lib.replay.errors import RunUnreadable
from lib.replay.judge import Judgement, JudgeProfile
from lib.replay.record import Record
from lib.replay.shown import Shown


class Config(Record):
    """What the replay was asked for."""

    workspace: str | None
    """As it was named; null where pinned cases were replayed."""
    manifests: list[str]
    """Files and folders of pinned cases; empty where the database was read."""
    limit: int
    concurrency: int
    dry_run: bool
    thread_ids: list[str]
    """As given; empty: chosen by risk."""
    channel: Channel | Literal["any"]
    sent_from: str | None = Field(validation_alias="from", serialization_alias="from")
    sent_to: str | None = Field(validation_alias="to", serialization_alias="to")
    judge: str
    """`rules`, or the model that judges beside them."""
    judge_profile: JudgeProfile
    judge_threshold: int
    baseline: str | None
    include_bodies: bool
    fail_on_regression: bool
    deadline_seconds: int


class Failure(Record):
    """Why a case, or the whole, failed."""

    code: str
    message: str


class Selection(Record):
    """What there was to choose from, and how it was chosen."""

    count: int
    scanned_count: int
    warnings: list[str]
    error: Failure | None = None
    """Why nothing could be chosen at all; counted as one `infra_error`."""


class Judged(Record):
    """The judge's verdict on one case."""

    passed: bool = Field(validation_alias="pass", serialization_alias="pass")
    prompt_key: str
    system_prompt: str | None
    judge_profile: JudgeProfile
    judge_threshold: int
    overall_score: int = Field(ge=0, le=100)
    dimensions: dict[str, int]
    failure_reasons: list[str]


class BrokenInvariant(Record):
    """One invariant that the case's draft breaks."""

    code: InvariantCode
    message: str
    severity: Literal["critical"] = "critical"


class Case(Record):
    """One replayed message."""

    case_id: str
    message_id: str
    channel: Channel
    risks: list[str]
    status: CaseStatus
    attempts: int
    duration_ms: int
    inbound: str | None
    generated_draft: str | None
    final_draft: str | None
    judge: Judged | None
    invariants: list[BrokenInvariant]
    failure_type: FailureType | None
    skip_reason: str | None
    error: Failure | None
    warnings: list[str]

    @property
    def passed(self) -> bool:
        """Whether nothing about it needs a look."""
        return self.failure_type is None


class Summary(Record):
    """The cases in numbers."""

    selected_only: int
    skipped: int
    evaluated: int
    failed: int
    passed: int
    """Evaluated, and nothing wrong."""
    failed_judge: int
    """Evaluated, and below the bar or objectively wrong."""
    average_score: float | None
    """Of those evaluated; null when none was."""
    failure_type_counts: dict[FailureType, int]
    critical_misses: int
    """Cases with a broken invariant."""
    critical_invariant_counts: dict[InvariantCode, int]


class Artifact(Record):
    """A whole replay."""

    version: Literal[1] = 1
    run_id: str
    created_at: str
    """When it began; UTC, ISO 8601."""
    config: Config
    selection: Selection
    summary: Summary
    cases: list[Case]
    baseline_diff: BaselineDiff | None

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """The artifact in `text`. Raises RunUnreadable."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise RunUnreadable from error


def case_of(outcome: CaseOutcome, shown: Shown) -> Case:
    """`outcome` as the artifact tells it: no body and no address in it unless they are to be shown."""
    case = outcome.case
    return Case(
        case_id=case.case_id,
        message_id=case.message_id,
        channel=Channel(case.channel),
        risks=list(case.risks),
        status=outcome.status,
        attempts=outcome.attempts,
        duration_ms=outcome.duration_ms,
        inbound=shown.body(outcome.inbound),
        generated_draft=shown.body(outcome.generated_draft),
        final_draft=shown.body(outcome.final_draft),
        judge=None if outcome.judgement is None else _judged(outcome.judgement, shown),
        invariants=[
            BrokenInvariant(code=one.code, message=shown.remark(one.message)) for one in outcome.invariants
        ],
        failure_type=outcome.failure_type,
        skip_reason=outcome.skip_reason,
        error=(
            None
            if outcome.error is None
            else Failure(code=outcome.error.code, message=shown.remark(outcome.error.message))
        ),
        warnings=[shown.remark(warning) for warning in outcome.warnings],
    )


def summary_of(cases: Sequence[Case], *, selection_failed: bool = False) -> Summary:
    """The numbers of `cases`."""
    status = Counter(case.status for case in cases)
    scores = [case.judge.overall_score for case in cases if case.judge is not None]
    failures = Counter(case.failure_type for case in cases if case.failure_type is not None)
    failures[FailureType.INFRA_ERROR] += selection_failed
    invariants = Counter(one.code for case in cases for one in case.invariants)
    passed = sum(case.passed for case in cases if case.status is CaseStatus.EVALUATED)
    return Summary(
        selected_only=status[CaseStatus.SELECTED_ONLY],
        skipped=status[CaseStatus.SKIPPED],
        evaluated=status[CaseStatus.EVALUATED],
        failed=status[CaseStatus.FAILED],
        passed=passed,
        failed_judge=status[CaseStatus.EVALUATED] - passed,
        average_score=round(sum(scores) / len(scores), 1) if scores else None,
        failure_type_counts={kind: failures[kind] for kind in FailureType},
        critical_misses=sum(bool(case.invariants) for case in cases),
        critical_invariant_counts={code: invariants[code] for code in InvariantCode},
    )


def schema() -> dict[str, Any]:
    """The artifact's JSON Schema."""
    made = Artifact.model_json_schema(mode="serialization", by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _judged(judgement: Judgement, shown: Shown) -> Judged:
    return Judged(
        passed=judgement.passed,
        prompt_key=judgement.prompt_key,
        system_prompt=judgement.system_prompt,
        judge_profile=judgement.bar.profile,
        judge_threshold=judgement.bar.threshold,
        overall_score=judgement.overall_score,
        dimensions=judgement.dimensions,
        failure_reasons=[shown.remark(reason) for reason in judgement.failure_reasons],
    )
