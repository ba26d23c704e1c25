"""One instance of the deployment: the app on the soak's listening socket, in a process that may be killed."""

import multiprocessing
import os
import random
import signal
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from bench.soak.effect import effect_kinds
from bench.soak.provider import CountingProvider
from bench.soak.world import World
from lib.clock import SystemClock
from lib.composition import compose
from lib.job_kinds import all_kinds
from lib.jobs.kind import JobKinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What an instance is born with."""

    environ: Mapping[str, str]
    listener: socket.socket
    """Shared by all: whoever is alive takes the next connection. Does not block."""
    seed: int
    skew_seconds: float
    """How far its own clock is off."""
    log: Path
    """Where its log lines go."""


class SkewedClock(SystemClock):
    """A machine's clock that is off."""

    def __init__(self, skew: timedelta) -> None:
        self._skew = skew

    def now(self) -> datetime:
        """The wrong instant."""
        return datetime.now(UTC) + self._skew


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def leave_with_parent(log: Path) -> None:
    """Have this process end when the one that asked for it does, deaf to Ctrl-C, with its output in `log`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="soak-parent", daemon=True).start()
    with log.open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def serve(birth: Birth) -> None:
    """Serve until the process is killed."""
    leave_with_parent(birth.log)
    chance = random.Random(birth.seed)
    composition = compose(
        birth.environ, clock=SkewedClock(timedelta(seconds=birth.skew_seconds)), chance=chance
    )
    if composition.services is None:
        raise SystemExit(f"The guard refused: {composition.decision.problems}")
    world = World(birth.environ["DATABASE_URL"])
    services = replace(
        composition.services,
        kinds=JobKinds(*all_kinds().values(), *effect_kinds(world)),
        mailer=CountingProvider(world, chance),
    )
    app = create_app(replace(composition, services=services))
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=_Quiet, fd=birth.listener.fileno()
    )
    server.serve_forever(poll_interval=0.1)
