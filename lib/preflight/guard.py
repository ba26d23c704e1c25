"""Whether the environment lets this deployment use Inngest, and asks it to."""

from typing import Final

from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject
from lib.rollout.levers import CEILING

ALL: Final = 100
"""Percent."""


def check_guard(subject: Subject) -> Check:
    """No problem of any class, with what keeps Inngest from being used though the flag is off."""
    environment = subject.services.environment
    problems = {problem.code: problem for problem in (*environment.problems, *environment.hindrances)}
    if problems:
        return not_ok(
            CheckName.GUARD,
            " ".join(f"{problem.code}: {problem.summary}" for problem in problems.values()),
            cure=" ".join(problem.cure for problem in problems.values()),
        )
    name = environment.inngest_env or "named by the key"
    return ok(CheckName.GUARD, f"A {environment.kind} deployment, Inngest environment {name}, no problem.")


def check_flag(subject: Subject) -> Check:
    """The flag lets ticks go to Inngest, and the ceiling is not 0."""
    settings = subject.services.settings
    ceiling = settings.background_jobs_inngest_percent
    flag = "BACKGROUND_JOBS_USE_INNGEST"
    if not settings.background_jobs_use_inngest:
        return not_ok(
            CheckName.FLAG,
            f"{flag} is false: every tick is inline, whatever the controls say.",
            cure=f"Set {flag}=true and deploy; hold the share by `flask rollout back --why …` before that.",
        )
    if ceiling == 0:
        return not_ok(
            CheckName.FLAG, f"{CEILING} is 0: no window goes to Inngest.", cure=f"Raise {CEILING} and deploy."
        )
    rest = "" if ceiling == ALL else f" The rollout ends there: to go beyond, raise {CEILING} and deploy."
    return ok(CheckName.FLAG, f"{flag} is true, {CEILING} is {ceiling}.{rest}")
