"""Forks a process for each order on standard input, which stands still before one of its transactions.

An order is a line of JSON: `work` (tick, maintain or drain) and `at`, the number of the transaction, or 0 for
inside a handler. Answered by `stopped`; the next line names the signal that it gets, and the answer is
`ended` or `killed`. By `ended` alone when it never came that far.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final, cast

from dev.tether import die_with_parent
from lib.composition import compose
from lib.job_kinds import system_noop
from lib.log.setup import configure_logging
from lib.services import Services
from lib.store.store import Connection, Store
from lib.ticks.tick import run_tick
from lib.work.call import RunCall
from lib.work.durable_maintenance import maintain_step
from lib.work.durable_process import drain_step
from lib.work.run_error import RunError

CALL = RunCall(run_id="r1", attempt=0, tick=None, forced=False)
WORK: Final[dict[str, Callable[[Services], object]]] = {
    "tick": run_tick,
    "maintain": lambda services: maintain_step(services, CALL),
    "drain": lambda services: drain_step(services, CALL, earlier=[]),
}
LIFE_SECONDS = 120


def stand_still(_seconds: float = 0) -> None:
    """Stop the whole process, by a signal to this very thread: it takes no further step before."""
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


class FreezingStore:
    """The real store, whose process stands still before transaction number `at`."""

    def __init__(self, store: Store, at: int) -> None:
        self._store = store
        self._at = at
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self, **limits: int | None) -> Iterator[Connection]:
        with self._lock:
            self._count += 1
            now = self._count == self._at
        if now:
            stand_still()
        with self._store.transaction(**limits) as connection:
            yield connection


def child(work: str, at: int) -> None:
    """Do the work, standing still on the way."""
    if sys.platform == "linux":
        die_with_parent(signal.SIGKILL)
    signal.alarm(LIFE_SECONDS)
    composition = compose()
    services = composition.services
    assert services is not None
    configure_logging(composition.decision.kind, composition.redactor)
    if at == 0:
        vars(system_noop)["time"] = Sleepless
    frozen = cast("Store", FreezingStore(services.store, at))
    held: Services = replace(services, store=frozen)
    with suppress(RunError):
        WORK[work](held)


class Sleepless:
    """Stands in for the module `time` in the handler."""

    sleep = staticmethod(stand_still)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(order["work"], order["at"])
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            say("stopped")
            os.kill(pid, signal.Signals[sys.stdin.readline().strip()])
            _, status = os.waitpid(pid, 0)
        say({0: "ended", -signal.SIGKILL: "killed"}.get(os.waitstatus_to_exitcode(status), "broken"))


if __name__ == "__main__":
    main()
