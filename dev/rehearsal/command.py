"""bin/rehearse-deploy: what is rehearsed, in which order, and what is said of it."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from dev import dotenv
from dev.console import complain, say, show
from dev.problem import Problem, Stopped
from dev.project import here
from dev.python_environment import located
from dev.rehearsal.arguments import Arguments, UsageProblem, parse_arguments
from dev.rehearsal.cache import Cache, cache_folder
from dev.rehearsal.machine import enclosing_hindrance, find_place
from dev.rehearsal.platform_tools import VERCEL, ensure_tools
from dev.rehearsal.rehearsal import Rehearsal
from dev.rehearsal.report import NotHere, RehearsalExit, Report
from dev.runtime_folder import runtime_folder
from dev.suite import scrubbed, with_stores
from dev.supervisor import Supervisor, stopping_on_signals

_MACHINE = "this machine"


class TimeIsUp(BaseException):
    """The time for all of it is over. Not an Exception: no single check may take it for its own failure."""


def main(words: Sequence[str]) -> int:
    """Rehearse what `words` name; give the exit code."""
    report = Report()
    try:
        arguments = parse_arguments(words)
        given = _read(arguments.variables)
        out = sys.stderr if arguments.as_json else sys.stdout
        with contextlib.redirect_stdout(out), stopping_on_signals(), _ending_after(arguments.seconds):
            _rehearse(arguments, given, report)
    except UsageProblem as problem:
        complain(str(problem))
        return RehearsalExit.USAGE
    except Stopped as stopped:
        return 128 + stopped.signum
    if arguments.as_json:
        show(report.as_json())
    return report.exit_code()


def _rehearse(arguments: Arguments, given: dict[str, str], report: Report) -> None:
    project = here()
    cache = Cache(cache_folder(os.environ), prepared=arguments.prepared)
    try:
        try:
            place = find_place(cache, os.environ, debian=arguments.debian)
            tools = ensure_tools(cache, place, os.environ)
        except TimeIsUp as reason:
            raise NotHere(f"While getting the tools, {reason}.") from reason
        with runtime_folder() as folder, Supervisor() as supervisor:
            servers = _servers(supervisor, folder)
            say("Vercel", f"command line {VERCEL}, {place.name}")
            rehearsal = Rehearsal(
                root=project.root,
                folder=folder,
                place=place,
                tools=tools,
                database_server=servers["TEST_DATABASE_URL"],
                redis_server=servers["TEST_REDIS_URL"],
                environment=os.environ,
                report=report,
            )
            if not place.encloses:
                report.add(_MACHINE, "file system", ok=None, said=f"not read-only: {enclosing_hindrance()}")
            for target in arguments.targets:
                rehearsal.run(target, given)
            if arguments.suite:
                rehearsal.run_suite()
    except NotHere as reason:
        report.add(_MACHINE, "cannot", ok=None, said=str(reason))
    except TimeIsUp as reason:
        # A slow machine's matter: what hangs in the app has a deadline of its own in each check.
        report.add(_MACHINE, "stopped", ok=None, said=f"not all was looked at: {reason}")
    except Problem as problem:
        report.add(_MACHINE, "stopped", ok=False, said=str(problem))


def _servers(supervisor: Supervisor, folder: Path) -> dict[str, str]:
    try:
        return with_stores(scrubbed(os.environ), located(here()), supervisor, folder)
    except Problem as problem:
        raise NotHere(str(problem)) from problem


def _read(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        return dotenv.parse(file.read_text(encoding="utf-8"), source=file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{file} cannot be read.") from error


@contextmanager
def _ending_after(seconds: int) -> Iterator[None]:
    """Raise TimeIsUp in here after `seconds`: whatever hangs, the rehearsal ends and tidies up."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeIsUp(f"it took longer than {seconds} s and was given up")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
