"""`flask env check`: the guard for the build and for people (design §3, §9)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from app import create_app
from lib.composition import compose
from tests.environment import cases
from tests.environment.oracle import Case, verdict

ROOT = Path(__file__).parents[3]
GOOD = Case(place="vercel production", key="prod", flag="on")
CASES = {
    "production": GOOD,
    "preview": Case(place="vercel preview", key="branch"),
    "laptop": Case(place="laptop"),
    "no keys while the flag is on": Case(place="vercel production", flag="on"),
    "everything wrong at once": Case(
        place="vercel preview",
        env="padded and capital",
        key="prod",
        dev="one",
        event_key="none",
        flag="on",
        settings="unparsable",
    ),
    "nothing known": Case(place="lambda without anything"),
}


def check(case: Case, *arguments: str) -> Result:
    app = create_app(compose(cases.environ(case)))
    return app.test_cli_runner().invoke(args=["env", "check", *arguments])


class TestCheck:
    @pytest.mark.parametrize("name", CASES)
    def test_exit_code_and_every_code(self, name: str) -> None:
        """Exit 0 or 3; all problems at once, those that only limit included."""
        case = CASES[name]
        result = check(case, "--json")
        told = json.loads(result.stdout)
        assert result.exit_code == (3 if verdict(case).codes else 0)
        assert {problem["code"] for problem in told["problems"]} == verdict(case).codes
        assert (told["kind"], told["refused"], told["inngestUsable"], told["ok"]) == (
            verdict(case).kind,
            verdict(case).refused,
            verdict(case).usable,
            not verdict(case).codes,
        )

    @pytest.mark.parametrize("name", CASES)
    def test_no_value_in_what_it_says(self, name: str) -> None:
        result = check(CASES[name])
        assert [secret for secret in cases.SECRETS.values() if secret in result.output] == []
        assert [code for code in verdict(CASES[name]).codes if code not in result.stdout] == []

    def test_a_good_deployment(self) -> None:
        """The effective mode is told (L20), each flag with its value and where it comes from (D10)."""
        lines = check(GOOD).stdout.splitlines()
        assert lines[:3] == [
            "Deployment: production",
            "Inngest environment: production",
            "Inngest: usable, and the flag is on",
        ]
        assert "BACKGROUND_JOBS_USE_INNGEST=true (set)" in lines
        assert "AUTO_SEND_DISABLED=false (default)" in lines
        assert lines[-1] == "Nothing is wrong."

    @pytest.mark.parametrize(
        ("case", "told"),
        [
            (
                Case(place="vercel production", key="prod"),
                "Inngest: usable, but BACKGROUND_JOBS_USE_INNGEST is off: work is done inline",
            ),
            (Case(place="laptop"), "Inngest: not usable, work is done inline"),
        ],
    )
    def test_why_inline(self, case: Case, told: str) -> None:
        """Failure L20: a key alone switches nothing on; the flag does, and the mode is said."""
        assert told in check(case).stdout.splitlines()

    def test_why_it_could_not_be_used(self) -> None:
        """Before the flag is on: a typo in a key is found when the keys are set, not at the cutover."""
        result = check(Case(place="vercel production", key="malformed"))
        (reason,) = [line for line in result.stdout.splitlines() if line.startswith("  ")]
        assert "INNGEST_SIGNING_KEY" in reason
        assert result.exit_code == 0

    def test_a_cure_beside_each_problem(self) -> None:
        told = check(CASES["no keys while the flag is on"]).stdout
        assert "Runs, but not as it should:" in told
        assert "Set INNGEST_SIGNING_KEY" in told

    def test_unknown_variables(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A misspelt variable is told by name, in the log and here, and refuses nothing."""
        app = create_app(compose({"BACKGROUND_JOBS_USE_INGEST": "a-value"}))
        assert "setting.unknown" in capsys.readouterr().err
        result = app.test_cli_runner().invoke(args=["env", "check"])
        assert "Unknown variable: BACKGROUND_JOBS_USE_INGEST" in result.stdout
        assert "a-value" not in result.output
        assert result.stdout.endswith("\nNothing else is wrong.\n")
        assert result.exit_code == 0

    def test_the_report_is_all_it_says(self) -> None:
        """Not once more as log lines: a command is no instance that starts."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "env", "check"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DEPLOYMENT": "production", "BACKGROUND_JOBS_USE_INGEST": "x"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (3, "")
        assert "cron_secret_missing" in done.stdout

    def test_every_other_command_is_refused(self) -> None:
        """A command that needs the services ends with 3 and the problems on standard error."""
        app = create_app(compose(cases.environ(CASES["nothing known"])))
        result = app.test_cli_runner().invoke(args=["db", "current"])
        assert result.exit_code == 3
        assert "vercel_env_missing" in result.stderr
