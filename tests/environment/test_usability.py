"""A wrong key is no dead zone: the app runs, inline (design §9)."""

from dataclasses import replace

from lib.environment.decision import GuardDecision
from lib.environment.guard import examine
from tests.environment import cases
from tests.environment.oracle import Case


def decided(case: Case, **more: str) -> GuardDecision:
    return examine({**cases.environ(case), **more}).decision


def codes(case: Case, **more: str) -> list[str]:
    return [problem.code for problem in decided(case, **more).problems]


GOOD = Case(place="vercel production", key="prod", flag="on")


class TestUsability:
    def test_a_missing_key_lets_the_app_run(self) -> None:
        decision = decided(replace(GOOD, key="none"))
        assert (decision.refused, decision.inngest_usable) == (False, False)
        assert codes(replace(GOOD, key="none")) == ["signing_key_missing"]

    def test_with_the_flag_off_it_is_no_problem(self) -> None:
        """Failure L20: the flag decides, not the presence of a key."""
        assert codes(replace(GOOD, key="none", event_key="none", flag="off")) == []

    def test_both_keys_are_judged(self) -> None:
        case = replace(GOOD, key="malformed", fallback="malformed", event_key="malformed")
        assert codes(case) == ["signing_key_malformed", "signing_key_malformed", "event_key_malformed"]

    def test_a_branch_key_needs_a_name_whatever_the_flag(self) -> None:
        case = Case(place="own server, preview", key="branch", branch="none")
        assert codes(case) == ["branch_key_without_env"]
        assert decided(case).refused is False
