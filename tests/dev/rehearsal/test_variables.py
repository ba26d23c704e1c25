"""The deployments that are rehearsed are those that the guard allows, and the one that it must refuse."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.rehearsal.variables import Target, deployment

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "postgresql://nobody@db.example/everytick"
REDIS = "redis://redis.example"


@pytest.mark.parametrize(("target", "code"), [(Target.PRODUCTION, 0), (Target.PREVIEW, 0), (Target.LEAK, 3)])
def test_the_guard_judges_each_as_it_must(target: Target, code: int) -> None:
    variables = deployment(target, database_url=DATABASE, redis_url=REDIS).variables
    checked = subprocess.run(
        [sys.executable, "-m", "flask", "env", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == code, checked.stdout + checked.stderr
    assert ("production_key_in_preview" in checked.stdout) is (target is Target.LEAK)


def test_given_variables_count_and_are_looked_for() -> None:
    given = {"INNGEST_SIGNING_KEY": "signkey-branch-of-my-own", "BACKGROUND_JOBS_USE_INNGEST": "true"}
    made = deployment(Target.PREVIEW, database_url=DATABASE, redis_url=REDIS, given=given)
    assert made.variables["INNGEST_SIGNING_KEY"] == "signkey-branch-of-my-own"
    assert "signkey-branch-of-my-own" in made.secrets
    assert "true" not in made.secrets  # too short to be looked for


def test_no_secret_is_shown() -> None:
    made = deployment(Target.PRODUCTION, database_url=DATABASE, redis_url=REDIS)
    assert not [secret for secret in made.secrets if secret in repr(made)]
