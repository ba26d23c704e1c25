"""Tests of lib/replay/manifest.py and lib/replay/promotion.py."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lib.drafts.conversation import Direction
from lib.memory.entry import MemoryScope, MemorySource
from lib.memory.note import MemoryNote
from lib.replay.case import CaseStatus
from lib.replay.errors import ManifestUnreadable
from lib.replay.manifest import Manifest, PinnedCase, read_manifest, read_manifests, write_manifest
from lib.replay.promotion import Promotion, pinned, with_case
from tests.drafts.conftest import SLOTS, conversation
from tests.replay.artifacts import GOOD, SKIPPED, case

SAID = {"direction": "inbound", "body": "What does it cost?", "sentAt": "2026-03-02T09:00:00Z"}
ANSWERED = {**SAID, "direction": "outbound"}


def written(folder: Path, *cases: dict[str, Any], name: str = "a.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"cases": list(cases)}))
    return path


class TestRead:
    def test_a_file_or_all_of_a_folder(self, tmp_path: Path) -> None:
        second = written(tmp_path, {"caseId": "two", "messages": [SAID]}, name="b.json")
        written(tmp_path, {"caseId": "one", "messages": [ANSWERED, SAID]})
        assert [one.case_id for one in read_manifests([str(tmp_path)])] == ["one", "two"]
        assert [one.case_id for one in read_manifests([str(second)])] == ["two"]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"caseId": "x", "messages": []}, "messages"),
            ({"caseId": "", "messages": [SAID]}, "caseId"),
            ({"caseId": "x", "messages": [SAID], "expected": {}}, "expected"),
            ({"caseId": "x", "messages": [{**SAID, "sentAt": "2026-03-02T09:00:00"}]}, "sentAt"),
            ({"caseId": "x", "messages": [SAID, ANSWERED]}, "not an inbound one"),
        ],
        ids=["no message", "no id", "an unknown word", "a time without a zone", "ends with the team's"],
    )
    def test_what_does_not_fit_is_named(self, tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
        with pytest.raises(ManifestUnreadable, match=said):
            read_manifest(written(tmp_path, wrong))

    def test_an_id_is_there_once(self, tmp_path: Path) -> None:
        written(tmp_path, {"caseId": "x", "messages": [SAID]})
        written(tmp_path, {"caseId": "x", "messages": [SAID]}, name="b.json")
        with pytest.raises(ManifestUnreadable, match="'x'"):
            read_manifests([str(tmp_path)])

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(ManifestUnreadable, match="cannot be read"):
            read_manifests([str(tmp_path / "none.json")])


class TestCase:
    def test_its_ids_are_the_same_in_every_run(self) -> None:
        one, same = (PinnedCase.model_validate({"caseId": "x", "messages": [SAID]}) for _ in range(2))
        other = PinnedCase.model_validate({"caseId": "y", "messages": [SAID]})
        assert one.selected() == same.selected()
        assert one.conversation() == same.conversation()
        assert one.message_id != other.message_id

    def test_a_promoted_case_is_the_conversation(self, tmp_path: Path) -> None:
        before = conversation(
            f"{SLOTS[0]} works.",
            before=((Direction.OUTBOUND, f"{SLOTS[0]}?"),),
            slots=SLOTS,
            booking_link="https://calendly.com/acme",
            tag="Interested",
        )
        noted = MemoryNote(
            scope=MemoryScope.LEAD, category="size", content="20 ft", source=MemorySource.MANUAL
        )
        before = replace(before, memory=(noted,))
        promotion = Promotion(case_id="kept", note="why", bodies=True)
        path = tmp_path / "kept.json"
        write_manifest(path, Manifest(cases=[pinned(before, case(GOOD), promotion)]))
        (kept,) = read_manifest(path).cases
        after = kept.conversation()
        assert [(one.direction, one.body, one.sent_at) for one in after.messages] == [
            (one.direction, one.body, one.sent_at) for one in before.messages
        ]
        assert (after.offered_slots, after.asked) == (before.offered_slots, before.asked)
        assert (after.lead.name, after.lead.tag) == (before.lead.name, before.lead.tag)
        assert after.memory == before.memory
        assert (kept.note, kept.expect.drafted) == ("why", True)

    def test_whom_it_was_with_stays_out_of_it(self) -> None:
        said = conversation(
            "Hi, Ada here. Mail ada@lead.example or call +44 20 7946 0958 on March 3 at 2pm.\n\nAda Lovelace",
            scheduler_link="https://calendly.com/ada-lovelace/intro",
        )
        kept = pinned(said, None, Promotion(case_id="kept", note="", bodies=False)).model_dump_json()
        assert [word for word in ("Ada", "ada", "Lovelace", "lovelace", "7946") if word in kept] == []
        assert "March 3 at 2pm" in kept

    def test_what_became_of_it_is_its_bar(self) -> None:
        promotion = Promotion(case_id="kept", note="", bodies=False, least_score=80)
        said = conversation("What?")
        skipped = pinned(said, case(SKIPPED), promotion).expect
        assert (skipped.drafted, skipped.skip_reason) == (False, "opt_out")
        assert SKIPPED.status is CaseStatus.SKIPPED
        evaluated = pinned(said, case(GOOD), promotion).expect
        assert (evaluated.drafted, evaluated.least_score) == (True, 80)

    def test_promoted_again_it_takes_its_own_place(self) -> None:
        promotion = Promotion(case_id="kept", note="", bodies=False)
        one = pinned(conversation("One"), None, promotion)
        two = pinned(conversation("Two"), None, promotion)
        assert with_case(with_case(Manifest(cases=[]), one), two).cases == [two]
