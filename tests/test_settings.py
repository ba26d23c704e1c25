"""Settings: read once, cleaned, typed, every problem told together and none with a value."""

import itertools
import re
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.environment.facts import FACT_NAMES
from lib.jobs.drain import RESERVE_MS
from lib.settings import (
    LEAST_BUDGET_MS,
    SETTING_NAMES,
    Settings,
    read_settings,
    secret_names,
    unknown_settings,
)

EXAMPLE = Path(__file__).parents[1] / ".env.example"
HEX = "0123456789abcdef" * 4


def read(**environ: str) -> Settings:
    found, problems = read_settings(environ)
    assert problems == ()
    assert found is not None
    return found


def problems_of(**environ: str) -> list[tuple[str, str]]:
    found, problems = read_settings(environ)
    assert (found is None) == bool(problems)
    return [(problem.name, problem.problem) for problem in problems]


class TestFlags:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            ("true", True),
            (" true\n", True),
            ("TRUE", True),
            ("1", True),
            ("Yes", True),
            ("on", True),
            ("false", False),
            ("0", False),
            ("NO", False),
            ("off\r\n", False),
            ("", False),
            (" \t", False),
        ],
    )
    def test_words(self, raw: str, value: bool) -> None:  # noqa: FBT001 - a row of the table
        """Failure D10: the table of raw values; blank is not set."""
        assert read(BACKGROUND_JOBS_USE_INNGEST=raw).background_jobs_use_inngest is value

    @pytest.mark.parametrize("raw", ["maybe", "tru", "2", "true false"])
    def test_anything_else_is_an_error_and_not_false(self, raw: str) -> None:
        """Failure D10: an unparsable flag refuses instead of switching something off."""
        ((name, problem),) = problems_of(AUTO_SEND_DISABLED=raw)
        assert (name, problem.split(":")[0]) == ("AUTO_SEND_DISABLED", "is neither true nor false")


class TestSecrets:
    def test_a_trailing_newline_is_fine(self) -> None:
        """Failure D3: keys and secrets pasted with a newline."""
        held = read(INNGEST_SIGNING_KEY=f"signkey-prod-{HEX}\n").inngest_signing_key
        assert held is not None
        assert held.get_secret_value() == f"signkey-prod-{HEX}"

    @pytest.mark.parametrize("name", sorted(secret_names()))
    def test_white_space_inside_is_an_error(self, name: str) -> None:
        """Failure D3, the rest: a line break in the middle is never stripped."""
        ((found, problem),) = problems_of(**{name: "first-half\nsecond-half"})
        assert (found, problem.split(":")[0]) == (name, "has white space inside")

    def test_they_do_not_show_themselves(self) -> None:
        assert "hunter2222" not in repr(read(CRON_SECRET="hunter2222"))

    def test_which_variables_are_secrets(self) -> None:
        """A new variable that is one has to be added with open eyes."""
        assert secret_names() == {
            "CRON_SECRET",
            "DATABASE_URL",
            "INBOUND_SECRET",
            "INNGEST_EVENT_KEY",
            "INNGEST_SIGNING_KEY",
            "INNGEST_SIGNING_KEY_FALLBACK",
            "LLM_API_KEY",
            "METRICS_TOKEN",
            "OPERATOR_TOKEN",
            "REDIS_URL",
            "SMTP_URL",
            "VERCEL_AUTOMATION_BYPASS_SECRET",
        }


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            ("4", "is too small: the least is 5"),
            ("10081", "is too large: the most is 10080"),
            ("1.5", "is not a whole number"),
            ("many", "is not a whole number"),
            ("9" * 5000, "is not a whole number"),
            ("1e3", "is not a whole number"),
        ],
    )
    def test_bounds(self, value: str, problem: str) -> None:
        name = "BACKGROUND_JOB_STALE_QUEUE_ALERT_MINUTES"
        assert problems_of(**{name: value}) == [(name, problem)]


class TestBudgets:
    """Design §5, failure D8: what does not nest is refused with the sum written out."""

    def test_the_defaults_nest(self) -> None:
        assert problems_of() == []

    @pytest.mark.parametrize(
        ("environ", "told"),
        [
            (
                {"DATABASE_STATEMENT_TIMEOUT_MS": "30000"},
                (
                    "DATABASE_STATEMENT_TIMEOUT_MS, BACKGROUND_JOB_TIMEOUT_MS",
                    "do not nest: 30000 ms is not less than 30000 ms",
                ),
            ),
            (
                {"BACKGROUND_JOB_TIMEOUT_MS": "240000"},
                (
                    "BACKGROUND_JOB_TIMEOUT_MS, BACKGROUND_JOB_CRON_TIME_BUDGET_MS",
                    "do not nest: 240000 ms is not less than 240000 ms",
                ),
            ),
            (
                {"BACKGROUND_JOB_CRON_TIME_BUDGET_MS": "300000"},
                (
                    "BACKGROUND_JOB_CRON_TIME_BUDGET_MS, BACKGROUND_JOBS_MAX_DURATION_SECONDS",
                    "do not nest: 300000 ms is not less than 300000 ms",
                ),
            ),
            (
                {"BACKGROUND_JOBS_INLINE_BUDGET_MS": "280001"},
                (
                    (
                        "BACKGROUND_JOBS_SEND_DEADLINE_MS, BACKGROUND_JOBS_INLINE_BUDGET_MS, "
                        "BACKGROUND_JOBS_MAX_DURATION_SECONDS"
                    ),
                    "do not nest: 5000 ms + 280001 ms + 15000 ms reserve = 300001 ms is more than 300000 ms",
                ),
            ),
            (
                {"BACKGROUND_JOB_HEARTBEAT_MS": "20001"},
                (
                    "BACKGROUND_JOB_HEARTBEAT_MS, BACKGROUND_JOB_LEASE_MS",
                    "do not nest: 3 x 20001 ms = 60003 ms is more than 60000 ms",
                ),
            ),
            (
                {"BACKGROUND_JOBS_PARALLEL_DRAINS": "2"},
                (
                    "BACKGROUND_JOBS_PARALLEL_DRAINS, BACKGROUND_JOBS_INNGEST_CONCURRENCY",
                    "do not nest: 2 drains side by side need a concurrency of 3, and it is 2",
                ),
            ),
        ],
        ids=[
            "statement and job",
            "job and drain",
            "drain and request",
            "the tick",
            "heartbeat and lease",
            "drains side by side",
        ],
    )
    def test_one_step_over(self, environ: dict[str, str], told: tuple[str, str]) -> None:
        assert problems_of(**environ) == [told]

    @pytest.mark.parametrize(
        "environ",
        [
            {"DATABASE_STATEMENT_TIMEOUT_MS": "29999"},
            {"BACKGROUND_JOBS_PARALLEL_DRAINS": "1"},
            {"BACKGROUND_JOBS_PARALLEL_DRAINS": "7", "BACKGROUND_JOBS_INNGEST_CONCURRENCY": "8"},
            {"BACKGROUND_JOB_TIMEOUT_MS": "239999"},
            {"BACKGROUND_JOB_CRON_TIME_BUDGET_MS": "299999"},
            {"BACKGROUND_JOBS_INLINE_BUDGET_MS": "280000"},
            {"BACKGROUND_JOB_HEARTBEAT_MS": "20000"},
        ],
    )
    def test_at_the_edge(self, environ: dict[str, str]) -> None:
        assert problems_of(**environ) == []


class TestLeastBudget:
    @pytest.mark.parametrize(
        "name", ["BACKGROUND_JOB_CRON_TIME_BUDGET_MS", "BACKGROUND_JOBS_INLINE_BUDGET_MS"]
    )
    def test_a_drain_that_would_never_claim_is_refused(self, name: str) -> None:
        """Claiming stops 7.5 s before the end (design §7): a shorter budget is a dead zone."""
        small = {"BACKGROUND_JOB_TIMEOUT_MS": "6000", name: "7000"}
        assert problems_of(**small) == [(name, "is too small: the least is 10000")]
        assert RESERVE_MS < LEAST_BUDGET_MS


class TestLanguageModel:
    MODEL: ClassVar = {"LLM_BASE_URL": "https://llm.example/v1/", "LLM_MODEL": "m"}

    def test_an_address_and_a_model(self) -> None:
        """A closing slash makes no difference; a key is for endpoints that ask for one."""
        held = read(**self.MODEL)
        assert held.llm_configured
        assert held.llm_base_url == "https://llm.example/v1"

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            pytest.param({"LLM_MODEL": "m"}, "LLM_BASE_URL, LLM_MODEL", id="no address"),
            pytest.param({"LLM_BASE_URL": "https://llm.example"}, "LLM_BASE_URL, LLM_MODEL", id="no model"),
            pytest.param(
                {**MODEL, "LLM_BASE_URL": "http://llm.example", "LLM_API_KEY": "sk-12345678"},
                "LLM_API_KEY, LLM_BASE_URL",
                id="a key in clear text",
            ),
            pytest.param(
                {**MODEL, "LLM_TIMEOUT_MS": "30000"},
                "LLM_TIMEOUT_MS, BACKGROUND_JOB_TIMEOUT_MS",
                id="longer than a job",
            ),
            pytest.param({**MODEL, "LLM_BASE_URL": "https://u:p@llm.example"}, "LLM_BASE_URL", id="a user"),
            pytest.param(
                {**MODEL, "LLM_BASE_URL": "https://llm.example/?key=1"}, "LLM_BASE_URL", id="a query"
            ),
        ],
    )
    def test_what_cannot_work_is_a_problem(self, given: dict[str, str], expected: str) -> None:
        assert [name for name, _ in problems_of(**given)] == [expected]

    @pytest.mark.parametrize("base", ["http://127.0.0.1:11434/v1", "http://ollama:11434/v1"])
    def test_a_key_may_go_in_clear_text_within_the_house(self, base: str) -> None:
        assert read(LLM_BASE_URL=base, LLM_MODEL="m", LLM_API_KEY="sk-12345678").llm_configured

    def test_a_models_key_alone_asks_for_nothing(self) -> None:
        """It may be there for another program: no reason to refuse every tick."""
        assert not read(LLM_API_KEY="sk-12345678").llm_configured


class TestProblems:
    def test_all_are_told_together(self) -> None:
        """What cannot be read hides neither another variable nor a sum of others."""
        told = problems_of(
            DATABASE_PREPARE="maybe",
            CRON_SECRET="two halves",
            BACKGROUND_JOB_HEARTBEAT_MS="50000",
            BACKGROUND_JOBS_MAX_DURATION_SECONDS="soon",
        )
        assert {name for name, _ in told} == {
            "DATABASE_PREPARE",
            "CRON_SECRET",
            "BACKGROUND_JOBS_MAX_DURATION_SECONDS",
            "BACKGROUND_JOB_HEARTBEAT_MS, BACKGROUND_JOB_LEASE_MS",
        }

    @given(
        name=st.sampled_from(sorted(SETTING_NAMES)),
        value=st.text(alphabet=st.characters(blacklist_characters="\0"), min_size=1),
    )
    @example(name="MAIL_FROM", value="\udcff")
    @example(name="DATABASE_URL", value="postgresql://[\udcff")
    @settings(max_examples=500, deadline=None)
    def test_no_text_crashes_or_shows(self, name: str, value: str) -> None:
        """Whatever is in a variable: a setting or a problem, and the problem never has the value."""
        marked = f"Zq9{value}9qZ"
        for problem in read_settings({name: marked})[1]:
            assert "Zq9" not in f"{problem}"

    def test_other_variables_are_not_read(self) -> None:
        """A variable in lower case is another variable."""
        assert read(cron_secret="hunter2222").cron_secret is None

    def test_unknown_variables_that_look_like_ours(self) -> None:
        """Told by name: a misspelt variable would otherwise do nothing, silently (design §7)."""
        assert unknown_settings(
            {
                "BACKGROUND_JOB_LEASE_MSS": "1",
                "background_job_lease_ms": "1",
                "BACKGROUND_JOBS_OLD": " ",
                "BACKGROUND_JOB_LEASE_MS": "60000",
                "PATH": "/bin",
            }
        ) == ("BACKGROUND_JOB_LEASE_MSS", "background_job_lease_ms")


class TestExample:
    """`.env.example` is the one place that explains each variable."""

    ENTRY = re.compile(r"#([A-Z][A-Z0-9_]+)=(.*)")

    def _entries(self) -> dict[str, str]:
        found = [self.ENTRY.fullmatch(line) for line in EXAMPLE.read_text().splitlines()]
        return {match[1]: match[2] for match in found if match}

    def test_it_lists_exactly_what_is_read(self) -> None:
        assert set(self._entries()) == SETTING_NAMES | set(FACT_NAMES)

    def test_each_is_explained(self) -> None:
        """The line before a variable is its explanation."""
        rows = EXAMPLE.read_text().splitlines()
        bare = [
            row
            for before, row in itertools.pairwise(rows)
            if self.ENTRY.fullmatch(row) and not before.startswith("# ")
        ]
        assert bare == []

    def test_its_values_are_the_defaults(self) -> None:
        """Copied and uncommented whole, it changes nothing."""
        values = {name: value for name, value in self._entries().items() if name in SETTING_NAMES}
        assert read(**values) == Settings()
        assert {name for name, value in values.items() if value} == {
            name.upper() for name, field in Settings.model_fields.items() if field.default is not None
        }
