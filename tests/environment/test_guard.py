"""The truth table of design §9: the guard against an oracle written from the page by hand."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.environment.catalogue import CATALOGUE, Code
from lib.environment.guard import examine
from tests.environment import cases, oracle
from tests.environment.oracle import Case, Verdict, verdict


def decided(case: Case) -> Verdict:
    """The guard's verdict in the oracle's words."""
    decision = examine(cases.environ(case)).decision
    return Verdict(
        kind=decision.kind.value if decision.kind else None,
        refused=decision.refused,
        usable=decision.inngest_usable,
        codes=frozenset(problem.code for problem in decision.problems),
    )


any_case = st.builds(
    Case,
    place=st.sampled_from(sorted(oracle.PLACES)),
    env=st.sampled_from(sorted(oracle.ENVS)),
    key=st.sampled_from(oracle.KEYS),
    fallback=st.sampled_from(oracle.KEYS),
    branch=st.sampled_from(sorted(oracle.BRANCHES)),
    event_key=st.sampled_from(sorted(cases.EVENT_KEYS)),
    dev=st.sampled_from(oracle.DEVS),
    base=st.sampled_from(oracle.BASES),
    self_hosted=st.sampled_from(["no", "yes"]),
    fingerprints=st.sampled_from(oracle.FINGERPRINTS),
    database=st.sampled_from(sorted(cases.DATABASES)),
    redis=st.sampled_from(sorted(cases.REDISES)),
    cron=st.sampled_from(sorted(cases.CRONS)),
    serve=st.sampled_from(oracle.SERVES),
    flag=st.sampled_from(["off", "on"]),
    settings=st.sampled_from(sorted(cases.SETTINGS)),
)


class TestTruthTable:
    @pytest.mark.parametrize("place", sorted(oracle.PLACES))
    def test_every_place_env_key_and_branch(self, place: str) -> None:
        """Kind x env x key x fallback x branch x flag, all of them (D9)."""
        for env, key, fallback, branch, flag in itertools.product(
            oracle.ENVS, oracle.KEYS, ("none", "prod", "branch"), oracle.BRANCHES, ("off", "on")
        ):
            case = Case(place=place, env=env, key=key, fallback=fallback, branch=branch, flag=flag)
            assert (case, decided(case)) == (case, verdict(case))

    @given(case=any_case)
    @settings(max_examples=1500, deadline=None)
    def test_any_combination(self, case: Case) -> None:
        """Whatever else is set, guard and page agree on the verdict and on every code."""
        assert decided(case) == verdict(case)

    @given(case=any_case)
    @settings(max_examples=300, deadline=None)
    def test_no_problem_has_a_value(self, case: Case) -> None:
        """A problem names variables and never what is in them."""
        told = repr(examine(cases.environ(case)).decision.problems).casefold()
        assert [s for s in cases.SECRETS.values() if s.casefold() in told] == []
        assert "s3cr3t" not in told

    @given(case=any_case)
    @settings(max_examples=300, deadline=None)
    def test_white_space_around_a_value_changes_nothing(self, case: Case) -> None:
        """Failure D3: a trailing newline in an environment variable."""
        environ = cases.environ(case)
        padded = {name: f"\t {value}\r\n" for name, value in environ.items()}
        assert examine(padded).decision == examine(environ).decision

    def test_blank_is_not_set(self) -> None:
        """A variable that holds only white space says nothing."""
        blank = dict.fromkeys(("VERCEL", "VERCEL_ENV", "INNGEST_DEV", "DEPLOYMENT", "FLY_APP_NAME"), " \n")
        assert examine(blank).decision == examine({}).decision


class TestLanguageModel:
    def test_one_that_cannot_be_asked_refuses_the_app(self) -> None:
        """Configured without its packages: said by the build, not by the first job's ImportError."""
        named = {"LLM_BASE_URL": "https://llm.example/v1", "LLM_MODEL": "m"}
        assert not examine(named).decision.refused
        decision = examine(named, llm_installed=lambda: False).decision
        assert [p.code for p in decision.problems] == ["llm_not_installed"]
        assert decision.refused
        assert not examine({}, llm_installed=lambda: False).decision.refused


class TestTogether:
    def test_problems_of_both_sorts_come_together(self) -> None:
        """A setting that cannot be read hides no isolation problem."""
        case = Case(place="vercel preview", key="prod", settings="unparsable", flag="on", event_key="none")
        assert {p.code for p in examine(cases.environ(case)).decision.problems} == {
            "production_key_in_preview",
            "setting_invalid",
            "event_key_missing",
        }


class TestCatalogue:
    def test_every_code_has_its_words(self) -> None:
        assert set(CATALOGUE) == set(Code)

    def test_the_oracle_knows_every_code(self) -> None:
        """What the page gives no rise to is not reported; what is on this machine is no part of the page."""
        rules = (*oracle.PRODUCTION, *oracle.PREVIEW, *oracle.DEVELOPMENT, *oracle.USABILITY)
        spoken = {code for code, _ in rules} | {against for _, against in oracle.PLACES.values() if against}
        others = {"setting_invalid", "budgets_do_not_nest", "self_hosted_without_base_url"}
        assert spoken | others | {"fingerprints_missing"} == {code.value for code in Code} - {
            "local_environment_unreadable",
            "llm_not_installed",
        }
