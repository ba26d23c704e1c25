"""`flask rollout rehearse` as one types it, in whatever environment (design §3)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.composition import PROJECT
from lib.errors import UsageProblem
from lib.operator.commands.rollout_rehearse import clean_environment, rehearsal_program
from tests.conftest import Database
from tests.durable import PRODUCTION

SECONDS = 280
NOTHING = (
    "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM workspaces), (SELECT count(*) FROM dispatches)"
)


class TestCleanEnvironment:
    def test_only_what_programs_and_terminals_need(self) -> None:
        """What is not known is not kept: a secret may have any name."""
        environ = {
            "PATH": "/bin",
            "TERM": "xterm",
            "DATABASE_URL": "postgresql://x",
            "PGHOST": "y",
            "ANY": "z",
        }
        assert clean_environment(environ) == {"PATH": "/bin", "TERM": "xterm", "DEPLOYMENT": "development"}

    def test_a_deployment_of_ones_own_does_not_count(self) -> None:
        """Without the word development the stores of a running bin/dev would be taken."""
        assert clean_environment({"DEPLOYMENT": "production"}) == {"DEPLOYMENT": "development"}


class TestRehearsalProgram:
    def test_a_deployment_has_none(self, tmp_path: Path) -> None:
        with pytest.raises(UsageProblem, match="a deployment ships without the dev folder") as refused:
            rehearsal_program(tmp_path)
        assert refused.value.exit_code == 2

    def test_a_checkout_has_one(self) -> None:
        assert rehearsal_program(PROJECT).is_file()


class TestRehearse:
    def test_a_whole_cutover_beside_a_production_environment(
        self, environ: dict[str, str], database: Database, tmp_path: Path
    ) -> None:
        """It goes well, and neither reads nor writes what the environment names; from any folder."""
        database.run("UPDATE environment_stamp SET kind = 'production'")
        given = {**PRODUCTION, **environ, "PATH": os.environ["PATH"], "PGDATABASE": "elsewhere"}
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "flask",
                "--app",
                str(PROJECT / "app.py"),
                "rollout",
                "rehearse",
                "--json",
            ],
            cwd=tmp_path,
            env={**given, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        told = json.loads(done.stdout)
        assert (told["ok"], told["wrong"]) == (True, [])
        assert told["ticks"] > 50
        assert told["mails"] > 0
        assert told["slowestTickSeconds"] <= told["boundSeconds"]
        assert database.rows(NOTHING) == [(0, 0, 0)]
