"""The pinned cases in samples/replay: what ships holds them, what is broken does not."""

import re
from pathlib import Path

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.composer import Composer
from lib.drafts.gate import overseer_gate
from lib.drafts.template_composer import TemplateComposer
from lib.exit_codes import ExitCode
from lib.replay.artifact import Artifact, case_of
from lib.replay.case import CaseOutcome
from lib.replay.crew import evaluate_all
from lib.replay.evaluate import Evaluator
from lib.replay.judge import JudgeProfile
from lib.replay.manifest import PinnedReader, read_manifests
from lib.replay.rules_judge import RulesJudge
from lib.replay.session import artifact_of
from lib.replay.shown import Shown
from lib.replay.verdict import verdict_on
from lib.stopping import Stopping
from tests.replay.artifacts import header
from tests.replay.composers import FABRICATES, RAMBLES, AlwaysRaising

PROJECT = Path(__file__).parents[2]
CASES = read_manifests([str(PROJECT / "samples" / "replay")])


def replayed(composer: Composer) -> Artifact:
    outcomes: list[CaseOutcome] = []
    evaluate_all(
        Evaluator(
            reader=PinnedReader(CASES),
            composer=composer,
            gate=overseer_gate,
            judge=RulesJudge(),
            profile=JudgeProfile.STRICT,
        ),
        [case.selected() for case in CASES],
        concurrency=2,
        deadline=Deadline.after_ms(SystemClock(), 60_000),
        stopping=Stopping(),
        report=outcomes.append,
    )
    shown = Shown(bodies=True)
    return artifact_of(header(len(CASES)), [case_of(outcome, shown) for outcome in outcomes], None)


def test_what_ships_holds_every_case() -> None:
    artifact = replayed(TemplateComposer())
    assert [case.case_id for case in artifact.cases if not case.passed] == []
    assert verdict_on(artifact, allow_empty=False).code is ExitCode.WELL
    assert artifact.summary.skipped >= 5
    assert artifact.summary.passed >= 20


@pytest.mark.parametrize(
    ("composer", "code"),
    [
        (FABRICATES, ExitCode.INVARIANT_BROKEN),
        (RAMBLES, ExitCode.BELOW_BAR),
        (AlwaysRaising(ValueError()), ExitCode.BELOW_BAR),
    ],
    ids=["fabricates a link", "rambles", "raises"],
)
def test_what_is_broken_holds_hardly_any(composer: Composer, code: ExitCode) -> None:
    artifact = replayed(composer)
    drafted = [case for case in artifact.cases if case.skip_reason is None]
    assert [case.case_id for case in drafted if case.passed] == []
    assert verdict_on(artifact, allow_empty=False).code is code


def test_ci_tries_them_and_keeps_what_came_of_it() -> None:
    ((manifest, out),) = re.findall(
        r"flask replay run --manifest (\S+)[^\n]*\\\n.* --out (\S+)\n", (PROJECT / ".ci" / "run").read_text()
    )
    assert (PROJECT / manifest).is_dir()
    assert f"path: {out}\n" in (PROJECT / ".github" / "workflows" / "ci.yml").read_text()
