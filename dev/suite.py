"""bin/test: the whole suite, or a part of it, with stores of its own where none are named."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.console import complain, say, show
from dev.part import tethered
from dev.problem import Problem, Stopped
from dev.project import Project, here
from dev.python_environment import DEV_LOCK, PythonEnvironment, ensure_environment
from dev.runtime_folder import runtime_folder
from dev.servers import embedded_postgres, local_redis
from dev.supervisor import Supervisor, stopping_on_signals

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "CI")
_KEPT_PREFIX = "TEST_"
_SUITE_SECONDS = 3600
# More than a small machine has cores, for much of the suite waits for processes, deadlines and leases; no
# more than the embedded PostgreSQL has connections for.
_IN_PARALLEL = ("--numprocesses=4",)
_END_SECONDS = 30

_HELP = """\
usage: bin/test [PYTEST ARGUMENT ...]

Run Everytick's tests, with stores of their own unless TEST_DATABASE_URL and TEST_REDIS_URL name some.

  bin/test                       the whole suite, with branch coverage of lib/
  bin/test tests/jobs -k claim   a part of it: whatever is passed goes to pytest

See docs/development.md; pytest's own options: .venv/bin/python -m pytest --help"""


def main(arguments: Sequence[str]) -> int:
    """Run bin/test with pytest's own arguments; give pytest's exit code, or 1 for a problem."""
    if {"-h", "--help"} & set(arguments):
        show(_HELP)
        return 0
    try:
        with stopping_on_signals():
            return _run(here(), arguments)
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped as stopped:
        return 128 + stopped.signum


def set_up(_arguments: Sequence[str]) -> int:
    """Make .venv with the test tools and nothing else, for .ci/run."""
    try:
        with stopping_on_signals():
            project = here()
            project.prepare()
            ensure_environment(project, DEV_LOCK, os.environ)
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped as stopped:
        return 128 + stopped.signum
    return 0


def _run(project: Project, arguments: Sequence[str]) -> int:
    project.prepare()
    show(f"Everytick's tests in {project.root}")
    python = ensure_environment(project, DEV_LOCK, os.environ)
    with runtime_folder() as folder, Supervisor() as supervisor:
        environment = with_stores(scrubbed(os.environ), python, supervisor, folder)
        show("")
        return _pytest(project, python, environment, arguments)


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the little of the caller's environment that tests may see."""
    return {
        name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_PREFIX)
    }


def with_stores(
    environment: dict[str, str],
    python: PythonEnvironment,
    supervisor: Supervisor,
    folder: Path,
) -> dict[str, str]:
    """Give `environment` with TEST_DATABASE_URL and TEST_REDIS_URL, of servers started where it has none.

    Raises Problem where there is no Redis.
    """
    if environment.get("TEST_DATABASE_URL"):
        say("PostgreSQL", "the one in TEST_DATABASE_URL")
    else:
        environment["TEST_DATABASE_URL"] = embedded_postgres(
            supervisor, python, state=folder, sockets=folder, logs=folder, durable=False
        )
    if environment.get("TEST_REDIS_URL"):
        say("Redis", "the one in TEST_REDIS_URL")
        return environment
    url = local_redis(supervisor, python, environment=environment, sockets=folder, logs=folder)
    if url is None:
        raise Problem(
            "The tests need a Redis: install redis-server (or valkey-server), or name a running "
            "one in TEST_REDIS_URL. They empty the databases they use."
        )
    environment["TEST_REDIS_URL"] = url
    return environment


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """Give pytest's arguments: a full run is spread over the machine and has to reach our coverage.

    A part need not, and runs in one process, where a debugger works.
    """
    return ["--cov", *(("--cov-fail-under=0", *arguments) if arguments else _IN_PARALLEL)]


def _pytest(
    project: Project,
    python: PythonEnvironment,
    environment: Mapping[str, str],
    arguments: Sequence[str],
) -> int:
    command: list[str | Path] = [python.python, "-m", "pytest", *pytest_arguments(arguments)]
    with subprocess.Popen(
        tethered(command, parent_gone=signal.SIGTERM), cwd=project.root, env=dict(environment)
    ) as process:
        try:
            return process.wait(_SUITE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Problem(f"The suite took longer than {_SUITE_SECONDS} s.") from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End pytest, which on Ctrl-C is already about to: it has the terminal too."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
