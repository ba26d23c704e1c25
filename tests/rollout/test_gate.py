"""From evidence and thresholds to a verdict (design §10)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.rollout.evidence import (
    EffectEvidence,
    Evidence,
    Obstacle,
    Spread,
    StageEvidence,
    Way,
    WorkEvidence,
)
from lib.rollout.gate import GateDecision, Measure, Standing, Verdict, judge
from lib.rollout.thresholds import Thresholds
from lib.settings import Settings
from lib.work.responsibilities import RESPONSIBILITIES

ADVANCE, HOLD, ROLL_BACK = Verdict
THRESHOLDS = Thresholds.of(Settings())
QUICK = Spread(p50=1, p95=2, max=3)
WELL = WorkEvidence(
    windows=20, executed=20, runs=20, jobs=100, to_start=QUICK, to_end=QUICK, run=QUICK, failed_jobs=2
)
BEGAN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def evidence(
    percent: int = 25, inngest: WorkEvidence = WELL, inline: WorkEvidence = WELL, **more: Any
) -> Evidence:
    """A stage in which everything went well, but for what is given."""
    work = {
        (one.name, way): inngest if way is Way.INNGEST else inline for one in RESPONSIBILITIES for way in Way
    }
    stage = StageEvidence(percent=percent, began_at=BEGAN, seconds=more.pop("seconds", 3_600), work=work)
    return Evidence(
        **{
            "stage": stage,
            "ceiling": 100,
            "obstacle": None,
            "breakers_open": (),
            "breakers_opened": (),
            "effects": EffectEvidence(),
            "oldest_due_seconds": 0.0,
            **more,
        }
    )


def reasons(decision: GateDecision) -> set[Measure]:
    return {one.measure for one in decision.reasons}


@pytest.mark.parametrize(
    ("given", "verdict", "why"),
    [
        pytest.param(evidence(), ADVANCE, set(), id="all is well"),
        pytest.param(evidence(percent=100), ADVANCE, set(), id="the last stage is done"),
        pytest.param(evidence(ceiling=25), HOLD, {Measure.CEILING}, id="the environment caps the next"),
        pytest.param(evidence(percent=100, ceiling=100), ADVANCE, set(), id="nothing is beyond the last"),
        *(
            pytest.param(evidence(obstacle=one), HOLD, {Measure.ROAD}, id=f"obstacle {one}")
            for one in Obstacle
        ),
        pytest.param(evidence(seconds=3_599), HOLD, {Measure.MINUTES}, id="a second too soon"),
        pytest.param(
            evidence(inngest=replace(WELL, windows=19, executed=19)), HOLD, {Measure.WINDOWS}, id="one short"
        ),
        pytest.param(
            evidence(inngest=WorkEvidence()),
            HOLD,
            {Measure.WINDOWS, Measure.EXECUTED, Measure.START, Measure.END, Measure.RUN}
            | {Measure.RETRIED, Measure.DEGRADED},
            id="nothing yet",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, executed=19, failed=1)), ADVANCE, set(), id="one of twenty failed"
        ),
        pytest.param(
            evidence(inngest=replace(WELL, executed=4, failed=1)),
            HOLD,
            {Measure.WINDOWS, Measure.EXECUTED},
            id="one of five failed",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, executed=18, failed=2)),
            ROLL_BACK,
            {Measure.EXECUTED},
            id="two of twenty failed",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, executed=38, failed=2)), ADVANCE, set(), id="two of forty failed"
        ),
        pytest.param(
            evidence(inngest=replace(WELL, executed=0, failed=2)),
            ROLL_BACK,
            {Measure.EXECUTED},
            id="both that were tried",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, executed=10, late=10)),
            HOLD,
            {Measure.EXECUTED},
            id="half of them late: nothing is lost by waiting",
        ),
        pytest.param(
            evidence(breakers_open=("process",), breakers_opened=("process",)),
            ROLL_BACK,
            {Measure.BREAKER},
            id="a breaker opened in this stage",
        ),
        pytest.param(
            evidence(breakers_open=("process",)), HOLD, {Measure.BREAKER}, id="one was open before it"
        ),
        pytest.param(
            evidence(inngest=replace(WELL, to_start=Spread(p50=1, p95=60.001, max=61))),
            HOLD,
            {Measure.START},
            id="slow to start",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, to_end=Spread(p50=1, p95=120, max=500))),
            ADVANCE,
            set(),
            id="as slow to end as may be",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, run=Spread(p50=1, p95=241, max=241))),
            HOLD,
            {Measure.RUN},
            id="runs beyond a drain's budget",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, retried=5)), HOLD, {Measure.RETRIED}, id="every fourth retried"
        ),
        pytest.param(evidence(inngest=replace(WELL, retried=4)), ADVANCE, set(), id="every fifth retried"),
        pytest.param(evidence(inngest=replace(WELL, degraded=2)), HOLD, {Measure.DEGRADED}, id="degraded"),
        pytest.param(
            evidence(inngest=replace(WELL, degraded=2), inline=replace(WELL, degraded=2)),
            ADVANCE,
            set(),
            id="degraded as inline work is",
        ),
        pytest.param(
            evidence(percent=100, inngest=replace(WELL, degraded=6), inline=WorkEvidence()),
            ADVANCE,
            set(),
            id="degraded, with no inline run to compare with",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, failed_jobs=8)),
            ROLL_BACK,
            {Measure.FAILED_JOBS},
            id="jobs fail there and not here",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, failed_jobs=8), inline=replace(WELL, failed_jobs=8)),
            ADVANCE,
            set(),
            id="jobs fail either way",
        ),
        pytest.param(
            evidence(inngest=replace(WELL, jobs=19, failed_jobs=19)),
            ADVANCE,
            set(),
            id="too few jobs to compare",
        ),
        pytest.param(
            evidence(effects=EffectEvidence(doubled=1, missing_keys=("drafts_one_live",))),
            ROLL_BACK,
            {Measure.DOUBLED},
            id="an effect happened twice",
        ),
        pytest.param(
            evidence(effects=EffectEvidence(missing_keys=("drafts_one_live",))),
            HOLD,
            {Measure.UNIQUE_KEYS},
            id="nothing keeps effects from happening twice",
        ),
        pytest.param(evidence(oldest_due_seconds=1_801), HOLD, {Measure.OLDEST_DUE}, id="the queue grows"),
        pytest.param(evidence(percent=0), ADVANCE, set(), id="inline work went well"),
        pytest.param(
            evidence(percent=0, inngest=WorkEvidence()), ADVANCE, set(), id="nothing is sent at 0 %"
        ),
        pytest.param(
            evidence(percent=0, inline=replace(WELL, executed=18, failed=2)),
            ROLL_BACK,
            {Measure.EXECUTED},
            id="inline work itself fails",
        ),
    ],
)
def test_the_verdict(given: Evidence, verdict: Verdict, why: set[Measure]) -> None:
    decision = judge(given, THRESHOLDS)
    assert (decision.verdict, reasons(decision)) == (verdict, why)


class TestLaws:
    @given(
        st.builds(
            WorkEvidence,
            executed=st.integers(0, 60),
            failed=st.integers(0, 60),
            late=st.integers(0, 60),
            runs=st.integers(0, 60),
            retried=st.integers(0, 60),
            to_start=st.just(QUICK),
            to_end=st.just(QUICK),
            run=st.just(QUICK),
        )
    )
    def test_one_more_failure_never_helps(self, work: WorkEvidence) -> None:
        """Advance > hold > roll back: a window that failed instead of going well makes it no better."""
        order = [Verdict.ROLL_BACK, Verdict.HOLD, Verdict.ADVANCE]
        before = judge(evidence(inngest=replace(work, executed=work.executed + 1)), THRESHOLDS).verdict
        after = judge(evidence(inngest=replace(work, failed=work.failed + 1)), THRESHOLDS).verdict
        assert order.index(after) <= order.index(before)

    @given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 7_200))
    def test_the_verdict_follows_from_the_measures(self, executed: int, failed: int, seconds: int) -> None:
        work = replace(WELL, windows=executed + failed, executed=executed, failed=failed)
        decision = judge(evidence(inngest=work, seconds=seconds), THRESHOLDS)
        standings = {one.standing for one in decision.measured}
        assert (decision.verdict is Verdict.ADVANCE) == (standings == {Standing.MET})
        assert (decision.verdict is Verdict.ROLL_BACK) == (Standing.BREACHED in standings)

    def test_one_responsibility_alone_is_enough(self) -> None:
        given = evidence()
        work = {**given.stage.work, ("maintenance", Way.INNGEST): replace(WELL, executed=3, failed=17)}
        decision = judge(replace(given, stage=replace(given.stage, work=work)), THRESHOLDS)
        assert [(one.measure, one.responsibility) for one in decision.reasons] == [
            (Measure.EXECUTED, "maintenance")
        ]

    def test_a_measure_in_words(self) -> None:
        (one,) = judge(evidence(seconds=1_800), THRESHOLDS).reasons
        assert str(one) == "minutes: 30 min, at least 60 min needed"
