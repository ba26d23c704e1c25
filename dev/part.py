"""One process that we start, watch and stop, and that never outlives us."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TETHER = Path(__file__).resolve().parent / "tether.py"
TAIL_LINES = 30
_TAIL_BYTES = 16_384
_KILL_SECONDS = 5


def tethered(command: Sequence[str | Path], *, parent_gone: signal.Signals, account: str = "") -> list[str]:
    """Give `command` such that it gets the signal `parent_gone` when this process dies.

    Start it from the main thread: to the kernel, a parent is the thread that started the child.
    """
    return [
        *(sys.executable, "-I", "-S", "-B", str(TETHER)),
        *("--parent", str(os.getpid()), "--signal", str(int(parent_gone))),
        *(("--account", account) if account else ()),
        *(() if sys.platform == "linux" else ("--watch",)),
        "--",
        *(str(word) for word in command),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A running process.

    `stop_signal` ends it in good order within `grace_seconds`; after that it is killed.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    grace_seconds: float

    def exit_code(self) -> int | None:
        """Give the exit code, negative for a signal, or None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(self.grace_seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(_KILL_SECONDS)

    def tail(self) -> str:
        """Give the last lines of its log."""
        return tail(self.log)


def start_part(  # noqa: PLR0913  # each is a property of the process
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    stop_signal: signal.Signals,
    parent_gone: signal.Signals,
    cwd: Path,
    account: str = "",
    environment: Mapping[str, str] | None = None,
    grace_seconds: float = 10,
) -> Part:
    """Start `command` in a session of its own (a terminal's Ctrl-C is ours to handle)."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            tethered(command, parent_gone=parent_gone, account=account),
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Part(
        name=name,
        process=process,
        log=log,
        stop_signal=stop_signal,
        grace_seconds=grace_seconds,
    )


def tail(log: Path, *, lines: int = TAIL_LINES) -> str:
    """Give the last lines of a file, or nothing if it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
