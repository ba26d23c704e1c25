"""What `flask rollout rehearse` becomes: the servers, the bound in time, and the exit code."""

import argparse
import contextlib
import json
import os
import signal
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from dev.console import complain
from dev.cutover.narrator import Narrator
from dev.cutover.report import Report, tell
from dev.part import tail
from dev.problem import Problem, Stopped
from dev.python_environment import PythonEnvironment
from dev.runtime_folder import runtime_folder
from dev.servers import embedded_postgres, local_redis
from dev.supervisor import Supervisor, stopping_on_signals
from lib.exit_codes import ExitCode
from lib.operator.commands.rollout_rehearse import SECONDS, clean_environment

if TYPE_CHECKING:
    from dev.cutover.world import Stores


class TimeIsUp(BaseException):
    """The rehearsal took too long. Not an Exception: the app, in which it may strike, swallows none of it."""


def main(arguments: Sequence[str]) -> int:
    """Rehearse; 0 well, 1 something is wrong, or no end in time, 128 + N ended by signal N."""
    parser = argparse.ArgumentParser(prog="flask rollout rehearse")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    scrub(os.environ)
    output = sys.stdout
    narrator = Narrator(Console(file=output, quiet=options.json))
    try:
        with stopping_on_signals(), _ending_after(options.seconds), ExitStack() as stack:
            if options.json:  # the servers tell of themselves as well
                stack.enter_context(contextlib.redirect_stdout(sys.stderr))
            report = _on_own_servers(narrator)
    except (Problem, TimeIsUp) as problem:
        complain(str(problem))
        if options.json:
            print(json.dumps({"ok": False, "error": str(problem)}))
        return ExitCode.FAILED
    except Stopped as stopped:
        return 128 + stopped.signum
    if options.json:
        print(report)
    return ExitCode.FAILED if report.wrong else ExitCode.WELL


def scrub(environment: "os._Environ[str]") -> None:
    """Leave nothing in the process's environment by which real stores could be found, whoever started us."""
    kept = clean_environment(environment)
    environment.clear()
    environment.update(kept)


def _on_own_servers(narrator: Narrator) -> Report:
    """Rehearse on servers that are started for it and ended after it. Raises Problem and Stopped."""
    with runtime_folder() as folder, Supervisor() as supervisor:
        narrator.tell("Everytick's cutover, rehearsed on servers of its own: hours in about a minute\n")
        stores = _stores(supervisor, folder)
        log = folder / "app.log"
        with _logging_to(log):
            # Only now, for importing it makes an app of the environment as it is.
            from dev.cutover.rehearsal import rehearse  # noqa: PLC0415

            report = rehearse(stores, narrator, outbox=folder / "outbox")
        tell(report, narrator)
        if report.wrong:
            complain(f"The app's log ends with:\n{tail(log)}")
        return report


def _stores(supervisor: Supervisor, folder: Path) -> "Stores":
    from dev.cutover.world import Stores  # noqa: PLC0415  # as above

    python = PythonEnvironment(
        python=Path(sys.executable),
        packages=Path(sysconfig.get_path("purelib")),
        programs=Path(sysconfig.get_path("scripts")),
    )
    database_url = embedded_postgres(
        supervisor, python, state=folder, sockets=folder, logs=folder, durable=False
    )
    redis_url = local_redis(supervisor, python, environment=os.environ, sockets=folder, logs=folder)
    return Stores(database_url=database_url, redis_url=redis_url)


@contextmanager
def _logging_to(log: Path) -> Iterator[None]:
    """Have the app's log lines in a file: they would drown what is told."""
    with log.open("w", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        yield


@contextmanager
def _ending_after(seconds: int) -> Iterator[None]:
    """Raise TimeIsUp in here after `seconds`: whatever hangs, the rehearsal ends and tidies up."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeIsUp(
            f"The rehearsal took longer than {seconds} s and was given up: give it more --seconds."
        )

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
