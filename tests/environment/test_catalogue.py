"""Every code has its words, and the operator's page has every code."""

import re
from pathlib import Path

import pytest

from lib.environment.catalogue import CATALOGUE, Code, problem
from lib.environment.decision import ProblemClass

PAGE = Path(__file__).parents[2] / "docs" / "environments.md"
ROW = re.compile(r"^\| `([a-z_]+)` \| (\w+) \| (.+?) \| (.+?) \|$", re.MULTILINE)


class TestWords:
    @pytest.mark.parametrize("code", list(Code))
    def test_each_says_what_is_wrong_and_what_to_do(self, code: Code) -> None:
        found = problem(code, "A_VARIABLE")
        assert found.code == code.value
        assert found.summary.endswith(".")
        assert found.cure.endswith(".")
        assert "{" not in found.summary + found.cure

    def test_the_page_lists_each_with_its_class(self) -> None:
        """docs/environments.md cannot rot: exactly these codes, of these classes."""
        rows = {code: problem_class for code, problem_class, _, _ in ROW.findall(PAGE.read_text())}
        assert rows == {code.value: entry.problem_class.value for code, entry in CATALOGUE.items()}

    def test_only_usability_lets_the_app_run(self) -> None:
        assert {
            code for code, entry in CATALOGUE.items() if entry.problem_class is ProblemClass.USABILITY
        } == {
            Code.SIGNING_KEY_MISSING,
            Code.SIGNING_KEY_MALFORMED,
            Code.EVENT_KEY_MISSING,
            Code.EVENT_KEY_MALFORMED,
            Code.BRANCH_KEY_WITHOUT_ENV,
        }
