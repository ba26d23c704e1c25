"""Instances of the app, each a process of its own that may be killed, frozen and woken."""

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from dev.part import start_part
from tests.faults.points import Act, At
from tests.faults.wire import Line, Reply, Request, Setup

PROJECT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 60.0
"""The longest that any request may take before the test gives up."""


SILENT_SECONDS: Final = 0.2
"""For one that has been silent before."""
STOPPED: Final = frozenset({"T", "t"})
"""The kernel's letters for a stopped process."""


class Died(Exception):
    """The instance died before it answered."""


class Froze(Exception):
    """The instance was stopped at its point before it answered."""


class Silent(Exception):
    """The instance did not answer in the time that it was given; it still is at it."""


class Instance:
    """One process; not shared by threads."""

    def __init__(self, line: Line, connection: socket.socket, pid: int) -> None:
        self._line = line
        self._connection = connection
        self.pid = pid
        self.alive = True
        self.points: list[str] = []
        """Every point that it is known to have crossed."""
        self.at: str | None = None
        """The point at which it died or froze."""
        self.frozen = False
        self.silent = False
        """Whether it once did not answer in time."""

    @property
    def usable(self) -> bool:
        """Whether it can be asked."""
        return self.alive and not self.frozen

    def call(self, request: Request, *, seconds: float = ANSWER_SECONDS) -> Reply:
        """Its answer. Raises Died, Froze, Silent."""
        self._connection.settimeout(seconds)
        try:
            self._line.say(request.as_json())
        except OSError:
            self._gone()
        return self.answer(seconds=seconds)

    def answer(self, *, seconds: float = ANSWER_SECONDS) -> Reply:
        """The answer to what it was asked before. Raises Died, Froze, Silent."""
        self._connection.settimeout(SILENT_SECONDS if self.silent else seconds)
        try:
            message = self._line.hear()
            if "point" in message:
                self.at = message["point"]
                if message["act"] == Act.FREEZE:
                    self._await_stop()
                message = self._line.hear()  # its end
        except TimeoutError:
            self.silent = True
            raise Silent from None
        except (OSError, EOFError):
            self._gone()
        reply = Reply(**message)
        self.points += reply.points
        return reply

    def freeze(self) -> None:
        """Stop it wherever it is."""
        os.kill(self.pid, signal.SIGSTOP)
        self.frozen = True

    def wake(self) -> None:
        """Let it go on; what it was asked it answers yet."""
        os.kill(self.pid, signal.SIGCONT)
        self.frozen = False

    def kill(self) -> None:
        """End it, unless it has ended."""
        if self.alive:
            self.alive = False
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._line.close()

    def _await_stop(self) -> None:
        """Raise Froze once it has stopped, which follows its last word at once."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while sys.platform == "linux" and _state(self.pid) not in STOPPED:
            if time.monotonic() > deadline:
                raise Silent
            time.sleep(0.001)
        self.frozen = True
        raise Froze

    def _gone(self) -> NoReturn:
        self.alive = False
        self._line.close()
        raise Died


@dataclass
class Instances:
    """Starts instances, and ends all of them."""

    socket_path: str
    log: Path
    started: list[Instance] = field(default_factory=list)

    def start(
        self,
        environ: dict[str, str],
        *,
        without: tuple[str, ...] = (),
        skew_s: float = 0.0,
        at: At | None = None,
        conversations: bool = False,
    ) -> Instance:
        """A new instance in `environ`."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(START_SECONDS)
        connection.connect(self.socket_path)
        line = Line(connection)
        setup = Setup(
            environ=environ,
            log=str(self.log),
            without=list(without),
            skew_s=skew_s,
            at=at,
            conversations=conversations,
        )
        line.say(setup.as_json())
        try:
            told: dict[str, Any] = line.hear()
        except EOFError:
            raise Died(self.log.read_text()[-2_000:]) from None
        made = Instance(line, connection, told["pid"])
        self.started.append(made)
        return made

    def end_all(self) -> None:
        """Kill whatever still lives, frozen ones too."""
        for instance in self.started:
            instance.kill()
        self.started.clear()


@contextmanager
def instances() -> Iterator[Instances]:
    """The process that all instances are forked from, while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="et") as folder:
        path = f"{folder}/zygote"
        part = start_part(
            "zygote",
            [sys.executable, "-m", "tests.faults.zygote", path],
            log=Path(folder) / "zygote.log",
            stop_signal=signal.SIGKILL,
            parent_gone=signal.SIGKILL,
            cwd=PROJECT,
            environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
        held = Instances(path, Path(folder) / "instances.log")
        try:
            deadline = time.monotonic() + START_SECONDS
            while not Path(path).exists():
                if part.exit_code() is not None or time.monotonic() > deadline:
                    raise Died(part.tail())
                time.sleep(0.01)
            yield held
        finally:
            held.end_all()
            part.stop()


def _state(pid: int) -> str:
    """The process's state as the kernel writes it; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
