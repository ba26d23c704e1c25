"""The soak's processes: instances of the app and the engine, started warm, killed and frozen by name.

A fork server has everything imported, so that a new process costs milliseconds. Only processes that were
started here are ever signalled, each by its own id.
"""

import multiprocessing
import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from bench.soak.engine_process import EngineBirth, Order, run_engine
from bench.soak.instance import Birth, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PRELOADED: Final = ["bench.soak.engine_process", "bench.soak.instance", "inngest_functions.endpoint"]
"""The last is what an instance would import itself, at each birth anew."""
SKEW_SECONDS: Final = 60.0
"""How far an instance's own clock is off at the most."""
GONE_SECONDS: Final = 10.0
"""A killed process that is not gone by then is nobody's fault of ours."""
API_PORTS: Final = range(20_000, 30_000)
"""Below the ports that connections are given, so that the engine finds its own again after it was killed."""

_context = multiprocessing.get_context("forkserver")


@dataclass(slots=True, kw_only=True)
class Member:
    """One instance."""

    process: ForkServerProcess
    frozen: bool = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid or 0


class Fleet:
    """Several instances behind one listening socket, and the engine that calls them."""

    def __init__(self, *, size: int, chance: random.Random, logs: Path | None) -> None:
        self._size = size
        self._chance = chance
        self._logs = logs
        self._births = 0
        self._lock = threading.RLock()
        self._members: list[Member] = []
        self._engine: ForkServerProcess | None = None
        self._orders: Connection | None = None
        self._environ: Mapping[str, str] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.setblocking(False)
        self.api_port: Final = _free_port(chance)
        self.forbidden: Final[list[str]] = []
        """What the app answered against the protocol."""

    @property
    def port(self) -> int:
        """Where the app answers."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            for process in [member.process for member in self._members] + [self._engine]:
                if process is not None:
                    _end(process)
            self._members, self._engine = [], None
            self._listener.close()

    def start(self, environ: Mapping[str, str]) -> None:
        """Start everything on `environ`."""
        self._environ = environ
        _context.set_forkserver_preload(PRELOADED)
        with self._lock:
            self._members = [self._born() for _ in range(self._size)]
        self.start_engine()

    def members(self) -> list[Member]:
        """The instances that are neither dead nor frozen."""
        with self._lock:
            return [member for member in self._members if not member.frozen]

    def kill(self, victim: Member, *, once_gone: Callable[[Member], None] = lambda _: None) -> None:
        """Kill an instance with SIGKILL, and have another one once `once_gone` was called."""
        with self._lock:
            self._members.remove(victim)
        _end(victim.process)
        once_gone(victim)
        with self._lock:
            self._members.append(self._born())

    def freeze(self, victim: Member) -> None:
        """Stop an instance where it stands."""
        victim.frozen = True
        os.kill(victim.pid, signal.SIGSTOP)

    def thaw(self, victim: Member) -> None:
        """Let it go on as if nothing had been."""
        os.kill(victim.pid, signal.SIGCONT)
        victim.frozen = False

    def start_engine(self) -> None:
        """Start an engine that knows nothing."""
        ours, theirs = _context.Pipe()
        birth = EngineBirth(
            app_port=self.port,
            api_port=self.api_port,
            seed=self._chance.getrandbits(64),
            orders=theirs,
            log=self._log("engine"),
        )
        process = _context.Process(target=run_engine, args=(birth,), name="soak-engine", daemon=True)
        process.start()
        theirs.close()
        self._engine, self._orders = process, ours

    def kill_engine(self) -> None:
        """Kill the engine with SIGKILL: it refuses, and what it had accepted is forgotten."""
        self.listen()
        engine, self._engine = self._engine, None
        if engine is not None:
            _end(engine)

    def order(self, order: Order) -> None:
        """Tell the engine."""
        if self._orders is not None and self._engine is not None:
            self._orders.send(order)

    def listen(self) -> None:
        """Take in what the engine has to tell."""
        while self._orders is not None and self._engine is not None and self._orders.poll():
            try:
                self.forbidden.append(str(self._orders.recv()))
            except EOFError:
                return

    def dead(self) -> list[str]:
        """Who has ended without having been killed by us."""
        with self._lock:
            processes = [member.process for member in self._members] + [self._engine]
            return [
                f"{p.name}: exit code {p.exitcode}" for p in processes if p is not None and not p.is_alive()
            ]

    def _born(self) -> Member:
        self._births += 1
        birth = Birth(
            environ=self._environ,
            listener=self._listener,
            seed=self._chance.getrandbits(64),
            skew_seconds=self._chance.uniform(-SKEW_SECONDS, SKEW_SECONDS),
            log=self._log(f"instance-{self._births}"),
        )
        process = _context.Process(
            target=serve, args=(birth,), name=f"soak-instance-{self._births}", daemon=True
        )
        process.start()
        return Member(process=process)

    def _log(self, name: str) -> Path:
        return Path(os.devnull) if self._logs is None else self._logs / f"{name}.log"


def _end(process: ForkServerProcess) -> None:
    if process.is_alive():
        process.kill()
    process.join(GONE_SECONDS)


def _free_port(chance: random.Random) -> int:
    for port in chance.sample(API_PORTS, 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port among fifty")
