"""Rows of production that a reader looks for by name; the whole table is in test_guard.py."""

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


class TestProduction:
    def test_with_its_key_it_is_usable(self) -> None:
        assert (decided(GOOD).inngest_usable, codes(GOOD)) == (True, [])

    def test_it_never_takes_the_branch_as_its_environment(self) -> None:
        """Failure D9, the mirror image: production inherited `main` from the branch."""
        assert decided(GOOD).inngest_env == "production"

    def test_the_name_may_be_said_in_any_writing(self) -> None:
        """And is passed on in its own."""
        assert decided(replace(GOOD, env="padded and capital")).inngest_env == "production"

    def test_a_foreign_fallback_counts_like_the_primary(self) -> None:
        (problem,) = decided(replace(GOOD, fallback="branch")).problems
        assert (problem.code, "INNGEST_SIGNING_KEY_FALLBACK" in problem.summary) == (
            "key_not_production",
            True,
        )

    def test_each_base_url_counts(self) -> None:
        for name in ("INNGEST_BASE_URL", "INNGEST_API_BASE_URL", "INNGEST_EVENT_API_BASE_URL"):
            assert codes(GOOD, **{name: "https://inngest.example.com"}) == ["base_url_elsewhere"]
            assert codes(GOOD, **{name: "https://inn.gs/"}) == []

    def test_a_cron_secret_of_16_characters_is_long_enough(self) -> None:
        assert codes(GOOD, CRON_SECRET="a" * 15) == ["cron_secret_short"]
        assert codes(GOOD, CRON_SECRET=" " + "a" * 16) == []
