"""What bin/dev does before it serves: schema, sample mail, one tick, and a look at the result."""

import json
from collections.abc import Mapping
from pathlib import Path

from dev.console import say, show
from dev.local_clock import in_words
from dev.problem import Problem
from dev.project import Project
from dev.python_environment import PythonEnvironment
from dev.step import Outcome, run_step

SAMPLES = Path("samples/mail")
_MIGRATE_SECONDS = 180
_IMPORT_SECONDS = 300
_TICK_SECONDS = 330  # longer than a tick may take
_COUNT_SECONDS = 30
_WELL = 0
_DEGRADED = 7
# The samples hold one malformed message on purpose: the import says so and takes all the others.
# A degraded tick has done its work as well, and its answer says what was amiss.
_DONE = (_WELL, _DEGRADED)


class FirstTick:
    """The steps, each a command of its own with a bounded time."""

    def __init__(self, project: Project, python: PythonEnvironment, environment: Mapping[str, str]) -> None:
        self._project = project
        self._python = python
        self._environment = environment

    def run(self) -> None:
        """Do all of it. Raises Problem where a step fails."""
        migrated = self._flask("The migration", "db", "upgrade", seconds=_MIGRATE_SECONDS)
        say("Schema", _last_line(migrated.output) or "up to date")
        self._import_samples()
        answer = self._flask("The first tick", "tick", seconds=_TICK_SECONDS, accepted=_DONE)
        show(f"\n{answer.output.strip()}\n")
        say("First tick", in_words(answer.output.encode()))
        self._summarise()

    def _import_samples(self) -> None:
        if not (self._project.root / SAMPLES).is_dir():
            say("Mail", f"no {SAMPLES}, nothing imported")
            return
        imported = self._flask(
            "The import of the sample mail",
            *("inbox", "import", str(SAMPLES)),
            seconds=_IMPORT_SECONDS,
            accepted=_DONE,
        )
        for line in (imported.output + imported.errors).strip().splitlines():
            say("Mail", line.strip().removeprefix("Mail: "))

    def _summarise(self) -> None:
        counted = self._step("Counting", "-m", "dev.row_counts", seconds=_COUNT_SECONDS, accepted=(_WELL,))
        counts: dict[str, dict[str, int]] = json.loads(counted.output)
        say("Mails", str(sum(counts["messages"].values())))
        for name in ("jobs", "drafts"):
            by_status = ", ".join(f"{number} {status}" for status, number in counts[name].items())
            say(name.capitalize(), by_status or "none")

    def _flask(self, name: str, *words: str, seconds: float, accepted: tuple[int, ...] = (_WELL,)) -> Outcome:
        return self._step(name, "-m", "flask", *words, seconds=seconds, accepted=accepted)

    def _step(self, name: str, *words: str, seconds: float, accepted: tuple[int, ...]) -> Outcome:
        outcome = run_step(
            name,
            [self._python.python, *words],
            cwd=self._project.root,
            environment=self._environment,
            seconds=seconds,
        )
        if outcome.code not in accepted:
            said = "\n".join(part.strip() for part in (outcome.output, outcome.errors) if part)
            raise Problem(f"{name} failed (exit {outcome.code}):\n{said}")
        return outcome


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""
