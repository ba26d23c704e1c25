import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.invariants import Score, main, scores
from bench.labels import read_examples
from lib.drafts.invariants.reply import InvariantCode, Reply

FINE = "Thank you, Sam."


def _line(name: str, draft: str, *expected: str) -> str:
    return json.dumps(
        {
            "id": name,
            "invariant": "empty_draft",
            "expected": expected,
            "note": "made up",
            "inbound": "Hello",
            "draft": draft,
            "offeredSlots": [],
            "bookingLink": None,
            "leadSchedulerLink": None,
        }
    )


def _file(folder: Path, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "empty_draft.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _shouting_is_empty(reply: Reply) -> Iterable[InvariantCode]:
    return [InvariantCode.EMPTY_DRAFT] if reply.draft.isupper() else []


class TestScores:
    def test_each_outcome_is_counted(self, tmp_path: Path) -> None:
        """By rules of the test's own, so that it tells of the counting only."""
        file = _file(
            tmp_path / "first",
            _line("hit", "A", "empty_draft"),
            _line("hit too", "B", "empty_draft"),
            _line("missed", "c", "empty_draft"),
            _line("false alarm", "D"),
            _line("fine", "e"),
            _line("fine too", "f"),
            _line("another's", "g", "slot_mismatch"),
        )
        found = {score.invariant: score for score in scores(read_examples([file]), by=_shouting_is_empty)}
        assert found[InvariantCode.EMPTY_DRAFT] == Score(
            invariant=InvariantCode.EMPTY_DRAFT,
            half="first",
            true_positives=2,
            true_negatives=3,
            false_positives=("false alarm",),
            false_negatives=("missed",),
        )
        assert found[InvariantCode.EMPTY_DRAFT].precision == pytest.approx(2 / 3)
        assert found[InvariantCode.EMPTY_DRAFT].recall == pytest.approx(2 / 3)
        assert found[InvariantCode.SLOT_MISMATCH].false_negatives == ("another's",)

    def test_the_halves_are_counted_apart(self, tmp_path: Path) -> None:
        first = _file(tmp_path / "first", _line("1", "A", "empty_draft"))
        second = _file(tmp_path / "second", _line("2", "b", "empty_draft"))
        found = scores(read_examples([first, second]), by=_shouting_is_empty)
        assert [(one.half, one.recall) for one in found if one.invariant == "empty_draft"] == [
            ("first", 1.0),
            ("second", 0.0),
        ]


class TestBar:
    @pytest.mark.parametrize(
        ("hits", "false_alarms", "missed", "good"),
        [
            pytest.param(9, 1, 0, True, id="precision at the bar"),
            pytest.param(8, 1, 0, False, id="precision below it"),
            pytest.param(99, 0, 1, False, id="one missed"),
            pytest.param(0, 0, 0, True, id="nothing to report and nothing reported"),
        ],
    )
    def test_what_reaches_it(self, hits: int, false_alarms: int, missed: int, *, good: bool) -> None:
        score = Score(
            invariant=InvariantCode.SLOT_MISMATCH,
            half="first",
            true_positives=hits,
            true_negatives=0,
            false_positives=("x",) * false_alarms,
            false_negatives=("y",) * missed,
        )
        assert score.good is good


class TestOurs:
    def test_the_rules_reach_the_bar_in_each_half(self) -> None:
        """The gate: precision at least 0.9 and nothing missed, for each invariant in both halves."""
        said: list[str] = []
        assert main([], show=said.append) == 0, said[0]


class TestCommand:
    def test_all_right_is_exit_0(self, tmp_path: Path) -> None:
        file = _file(tmp_path / "first", _line("blank", " ", "empty_draft"), _line("fine", FINE))
        said: list[str] = []
        assert main(["--json", str(file)], show=said.append) == 0
        assert json.loads(said[0])["scores"][0] == {
            "invariant": "empty_draft",
            "half": "first",
            "truePositives": 1,
            "trueNegatives": 1,
            "falsePositives": [],
            "falseNegatives": [],
            "precision": 1.0,
            "recall": 1.0,
            "good": True,
        }

    def test_a_miss_is_exit_6_and_named(self, tmp_path: Path) -> None:
        file = _file(tmp_path / "first", _line("wrong label", FINE, "empty_draft"))
        said: list[str] = []
        assert main([str(file)], show=said.append) == 6
        assert "first empty_draft, missed: wrong label" in said[0]

    def test_no_example_is_exit_4(self, tmp_path: Path) -> None:
        said: list[str] = []
        assert main([str(_file(tmp_path / "first"))], show=said.append) == 4

    def test_a_line_that_is_no_example_is_exit_2_with_its_number(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = _file(tmp_path / "first", _line("fine", FINE), "{}")
        with pytest.raises(SystemExit) as ended:
            main([str(file)])
        assert ended.value.code == 2
        assert f"{file}:2: id: Field required" in capsys.readouterr().err.replace("\n", "")
