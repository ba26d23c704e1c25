"""One command that runs to its end within a bounded time: a migration, an import, pip."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dev.part import tail, tethered
from dev.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended: the exit code, and what it printed (`errors`: on standard error)."""

    code: int
    output: str
    errors: str


def run_step(
    name: str,
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    seconds: float,
) -> Outcome:
    """Run `command`. Raises Problem if it cannot start or takes longer than `seconds`.

    It gets no terminal and ends with us.
    """
    with subprocess.Popen(
        tethered(command, parent_gone=signal.SIGTERM),
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise Problem(f"{name} took longer than {seconds:.0f} s and was stopped.") from error
        finally:
            _end(process)
    return Outcome(
        code=process.returncode,
        output=output.decode("utf-8", "replace"),
        errors=errors.decode("utf-8", "replace"),
    )


def run_logged_step(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    account: str = "",
    seconds: float,
) -> int:
    """Run `command` with its output in the file `log`; give its exit code.

    Raises Problem, with the log's last lines, if it takes longer than `seconds`.
    """
    with (
        log.open("wb") as output,
        subprocess.Popen(
            tethered(command, parent_gone=signal.SIGTERM, account=account),
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Problem(
                f"{Path(command[0]).name} took longer than {seconds:.0f} s and was stopped. "
                f"Its log, {log}, ends with:\n{tail(log)}"
            ) from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    # The whole session: pip starts builds, and an interrupted command must leave nothing behind.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
