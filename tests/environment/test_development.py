"""Rows of development that a reader looks for by name; the whole table is in test_guard.py."""

from lib.environment.decision import GuardDecision
from lib.environment.guard import examine
from tests.environment import cases
from tests.environment.oracle import Case


def decided(case: Case, **more: str) -> GuardDecision:
    return examine({**cases.environ(case), **more}).decision


def codes(case: Case, **more: str) -> list[str]:
    return [problem.code for problem in decided(case, **more).problems]


LAPTOP = Case(place="laptop")


class TestDevelopment:
    def test_bare_it_has_nothing_against_it(self) -> None:
        assert (decided(LAPTOP).inngest_usable, codes(LAPTOP)) == (False, [])

    def test_a_dev_server_needs_no_keys(self) -> None:
        decision = decided(Case(place="laptop", dev="loopback", flag="on"))
        assert (decision.inngest_usable, decision.problems) == (True, ())

    def test_a_dev_server_does_not_excuse_a_production_key(self) -> None:
        assert codes(Case(place="laptop", dev="loopback", key="prod")) == ["production_key_in_development"]

    def test_the_branch_is_no_name_here(self) -> None:
        assert decided(LAPTOP, VERCEL_ENV="development", VERCEL_GIT_COMMIT_REF="production").problems == ()
