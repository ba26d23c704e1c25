"""Tests of lib/replay/journal.py: an interrupted replay goes on where it stopped."""

from pathlib import Path

import pytest

from lib.replay.errors import RunUnreadable
from lib.replay.journal import Journal
from tests.replay.artifacts import AWAY, BAD, GOOD, case, header

CASES = [GOOD.case, BAD.case, AWAY.case]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.begin(tmp_path / "run.partial.jsonl", header(3))


def test_what_was_done_is_not_done_again(journal: Journal) -> None:
    journal.add(case(GOOD))
    journal.add(case(BAD))
    held = Journal.load(journal.path)
    assert (held.header, held.done) == (journal.header, journal.done)
    assert held.outstanding(CASES) == [AWAY.case]


def test_what_its_infrastructure_failed_is_done_again(journal: Journal) -> None:
    journal.add(case(AWAY))
    assert Journal.load(journal.path).outstanding(CASES) == CASES


def test_a_line_that_was_cut_short_is_done_again(journal: Journal) -> None:
    journal.add(case(GOOD))
    journal.add(case(BAD))
    journal.path.write_bytes(journal.path.read_bytes()[:-40])
    held = Journal.load(journal.path)
    assert list(held.done) == ["good"]
    held.add(case(BAD))
    assert list(Journal.load(journal.path).done) == ["good", "bad"]


@pytest.mark.parametrize("held", ["", "{}\n", "nonsense\n"])
def test_what_is_no_journal_is_refused(tmp_path: Path, held: str) -> None:
    path = tmp_path / "x"
    path.write_text(held)
    with pytest.raises(RunUnreadable):
        Journal.load(path)


def test_it_is_gone_at_the_end(journal: Journal) -> None:
    journal.end()
    assert not journal.path.exists()
