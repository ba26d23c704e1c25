"""Rows of a preview that a reader looks for by name; the whole table is in test_guard.py."""

from dataclasses import replace

from lib.environment.decision import GuardDecision
from lib.environment.guard import examine
from tests.environment import cases
from tests.environment.oracle import Case


def decided(case: Case, **more: str) -> GuardDecision:
    return examine({**cases.environ(case), **more}).decision


def codes(case: Case, **more: str) -> list[str]:
    return [problem.code for problem in decided(case, **more).problems]


GOOD = Case(place="vercel preview", key="branch")


class TestPreview:
    def test_it_is_named_by_its_branch(self) -> None:
        assert (decided(GOOD).inngest_env, decided(GOOD).inngest_usable) == ("main", True)

    def test_a_name_of_its_own_goes_before_the_branch(self) -> None:
        """The cure for a branch named production is INNGEST_ENV."""
        case = replace(GOOD, env="staging", branch="Production")
        assert (decided(case).inngest_env, codes(case)) == ("staging", [])

    def test_a_custom_environments_key_needs_no_name(self) -> None:
        """And the branch is not taken for one: the key says where it belongs (D9)."""
        decision = decided(Case(place="vercel custom environment", key="test", flag="on"))
        assert (decision.inngest_env, decision.inngest_usable) == (None, True)

    def test_without_keys_it_is_inline_only(self) -> None:
        decision = decided(replace(GOOD, key="none"))
        assert (decision.refused, decision.inngest_usable) == (False, False)

    def test_a_key_with_dirt_around_it_is_still_production_s(self) -> None:
        """Quotes or an invisible mark do not hide it."""
        assert codes(GOOD, INNGEST_SIGNING_KEY=f'\ufeff"{cases.SECRETS["prod"]}"') == [
            "production_key_in_preview"
        ]

    def test_any_address_it_would_be_registered_at_counts(self) -> None:
        for name in ("INNGEST_SERVE_ORIGIN", "VERCEL_BRANCH_URL", "VERCEL_URL"):
            assert codes(GOOD, **{name: f"https://{cases.PRODUCTION_HOST}"}) == ["serve_origin_is_production"]
