"""Tests of lib/replay/artifact.py."""

import json

import jsonschema  # type: ignore[import-untyped]
import pytest

from dev.replay_schema import PATH, text
from lib.drafts.invariants.reply import InvariantCode
from lib.replay.artifact import Artifact
from lib.replay.case import FailureType
from lib.replay.errors import RunUnreadable
from tests.replay.artifacts import AWAY, BAD, BROKEN, CRASHED, GOOD, SKIPPED, artifact, case

EVERY = artifact(BROKEN, BAD, GOOD, AWAY, CRASHED, SKIPPED, baseline=artifact(GOOD, BAD))


def test_the_schema_in_docs_is_the_models_own() -> None:
    """Run `python -m dev.replay_schema` to write it anew."""
    assert PATH.read_text() == text()


def test_every_sort_of_case_fits_the_schema_and_comes_back() -> None:
    written = EVERY.model_dump_json()
    jsonschema.Draft202012Validator(json.loads(PATH.read_text())).validate(json.loads(written))
    assert Artifact.read(written) == EVERY


def test_its_numbers() -> None:
    summary = EVERY.summary
    assert (summary.evaluated, summary.passed, summary.failed_judge) == (3, 1, 2)
    assert (summary.failed, summary.skipped, summary.selected_only) == (2, 1, 0)
    assert (summary.average_score, summary.critical_misses) == (60.0, 1)
    assert summary.critical_invariant_counts[InvariantCode.FABRICATED_LINK] == 1
    assert {kind: count for kind, count in summary.failure_type_counts.items() if count} == {
        FailureType.DRAFT_QUALITY_ERROR: 2,
        FailureType.INFRA_ERROR: 1,
        FailureType.DRAFT_GENERATION_ERROR: 1,
    }


def test_without_a_case_there_is_no_average() -> None:
    assert artifact().summary.average_score is None


def test_bodies_are_their_length_and_addresses_are_gone() -> None:
    hidden, shown = case(AWAY), case(AWAY, bodies=True)
    assert (hidden.inbound, hidden.generated_draft) == (
        "[redacted: 37 characters]",
        "[redacted: 11 characters]",
    )
    assert "ada@lead.example" not in hidden.model_dump_json()
    assert shown.inbound == "What is it? Write to ada@lead.example"


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"version": 2}', '{"runId": 7}'])
def test_what_is_no_artifact_is_refused(written: str) -> None:
    with pytest.raises(RunUnreadable):
        Artifact.read(written)
