"""Where bin/rehearse-deploy enters: with nothing but the standard library, it goes on in .venv."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dev.console import complain, show
from dev.problem import Problem, Stopped
from dev.project import here
from dev.python_environment import LOCAL_LOCK, ensure_environment
from dev.rehearsal.arguments import HELP, UsageProblem, parse_arguments
from dev.rehearsal.report import RehearsalExit
from dev.supervisor import stopping_on_signals


def enter(words: Sequence[str]) -> int:  # noqa: RET503  # what follows execv is never reached
    """Make .venv what it has to be and become the rehearsal in it; returns only where that fails."""
    if {"-h", "--help"} & set(words):
        show(HELP)
        return RehearsalExit.WELL
    try:
        parse_arguments(words)
        # Standard output may be a JSON object's alone.
        with stopping_on_signals(), contextlib.redirect_stdout(sys.stderr):
            project = here()
            project.prepare()
            python = ensure_environment(project, LOCAL_LOCK, os.environ).python
    except UsageProblem as problem:
        complain(str(problem))
        return RehearsalExit.USAGE
    except Problem as problem:
        complain(str(problem))
        return RehearsalExit.NOT_HERE
    except Stopped as stopped:
        return 128 + stopped.signum
    program = Path(__file__).resolve().parent / "__main__.py"
    os.execv(python, [str(python), "-I", "-B", str(program), *words])  # noqa: S606  # no shell wanted
