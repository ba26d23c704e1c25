"""Artifacts for tests, of outcomes made up."""

from typing import Any

from lib.drafts.invariants.reply import Broken, InvariantCode
from lib.replay.artifact import Artifact, Case, Config, Selection, case_of
from lib.replay.case import CaseError, CaseOutcome, CaseStatus, FailureType, SelectedCase
from lib.replay.journal import Header
from lib.replay.judge import Bar, Judgement, JudgeProfile
from lib.replay.session import artifact_of
from lib.replay.shown import Shown

BAR = Bar(profile=JudgeProfile.BALANCED, threshold=62)


def outcome(
    case_id: str, score: int | None = 90, failure: FailureType | None = None, **fields: Any
) -> CaseOutcome:
    """One that was judged with `score`; None: it was not."""
    held: dict[str, Any] = {
        "status": CaseStatus.FAILED if score is None else CaseStatus.EVALUATED,
        "inbound": "What is it? Write to ada@lead.example",
        "generated_draft": "It is this.",
        "final_draft": "It is this.",
        "error": CaseError(code="E", message="It broke for ada@lead.example.") if score is None else None,
        "judgement": None
        if score is None
        else Judgement(
            passed=failure is None,
            faultless=True,
            prompt_key="replay.judge.rules.v1",
            system_prompt=None,
            bar=BAR,
            overall_score=score,
            dimensions={"answer": score},
            failure_reasons=() if failure is None else ("answer_low: answer scores 20 of 100.",),
        ),
        **fields,
    }
    selected = SelectedCase(case_id=case_id, message_id=f"m-{case_id}", channel="email")
    return CaseOutcome(case=selected, failure_type=failure, attempts=1, **held)


BROKEN = outcome(
    "broken",
    40,
    FailureType.DRAFT_QUALITY_ERROR,
    invariants=(Broken(code=InvariantCode.FABRICATED_LINK, message="It names a link."),),
)
BAD = outcome("bad", 50, FailureType.DRAFT_QUALITY_ERROR)
GOOD = outcome("good")
AWAY = outcome("away", None, FailureType.INFRA_ERROR)
CRASHED = outcome("crashed", None, FailureType.DRAFT_GENERATION_ERROR)
SKIPPED = outcome("skipped", None, status=CaseStatus.SKIPPED, skip_reason="opt_out", error=None)


def case(made: CaseOutcome, *, bodies: bool = False) -> Case:
    return case_of(made, Shown(bodies=bodies))


def header(count: int, **config: Any) -> Header:
    held: dict[str, Any] = {
        "workspace": "default",
        "manifests": [],
        "limit": 20,
        "concurrency": 1,
        "dry_run": False,
        "thread_ids": [],
        "channel": "any",
        "sent_from": None,
        "sent_to": None,
        "judge": "rules",
        "judge_profile": JudgeProfile.BALANCED,
        "judge_threshold": 62,
        "baseline": None,
        "include_bodies": False,
        "fail_on_regression": False,
        "deadline_seconds": 60,
        **config,
    }
    return Header(
        run_id="run-2026-11-24T10-00-00-000Z",
        created_at="2026-11-24T10:00:00.000Z",
        out="out.json",
        workspace_id=None,
        config=Config(**held),
        selection=Selection(count=count, scanned_count=count, warnings=[]),
        cases=[],
    )


def artifact(*made: CaseOutcome, baseline: Artifact | None = None, **config: Any) -> Artifact:
    cases = [case(one) for one in made]
    return artifact_of(header(len(cases), **config), cases, baseline)
