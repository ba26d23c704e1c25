from collections import Counter
from pathlib import Path

import pytest

from bench.labels import label_files, read_examples
from lib.drafts.invariants.reply import InvariantCode

FILES = label_files()


def _named(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


class TestFiles:
    @pytest.mark.parametrize("half", ["first", "second"])
    def test_each_half_has_one_for_each_invariant(self, half: str) -> None:
        assert {file.stem for file in FILES if file.parent.name == half} == set(InvariantCode)

    @pytest.mark.parametrize("file", FILES, ids=_named)
    def test_each_has_enough_of_both_sorts(self, file: Path) -> None:
        """At least 30 examples, 12 that break the invariant and 12 near misses, all of the file's own one."""
        lines = [example.line for example in read_examples([file])]
        broken = sum(file.stem in line.expected for line in lines)
        assert {line.invariant for line in lines} == {file.stem}
        assert (len(lines) >= 30, broken >= 12, len(lines) - broken >= 12) == (True, True, True)

    def test_ids_are_unique(self) -> None:
        ids = Counter(example.line.id for example in read_examples(FILES))
        assert [name for name, times in ids.items() if times > 1] == []

    def test_no_pair_of_inbound_and_draft_comes_twice(self) -> None:
        pairs = Counter((one.line.inbound, one.line.draft) for one in read_examples(FILES))
        assert [pair for pair, times in pairs.items() if times > 1] == []


class TestLabels:
    @pytest.mark.parametrize("file", FILES, ids=_named)
    def test_each_says_why_and_names_nothing_twice(self, file: Path) -> None:
        lines = [example.line for example in read_examples([file])]
        assert [
            one.id for one in lines if not one.note.strip() or len(set(one.expected)) < len(one.expected)
        ] == []

    def test_of_a_blank_draft_only_that_is_expected(self) -> None:
        blank = [one.line for one in read_examples(FILES) if InvariantCode.EMPTY_DRAFT in one.line.expected]
        assert [line.id for line in blank if line.expected != [InvariantCode.EMPTY_DRAFT]] == []
