"""A heartbeat: a call repeated beside the work while it runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from lib.errors import StoreError
from lib.log.events import LogEvent


@contextmanager
def heartbeat(beat: Callable[[], bool], *, every_ms: int, name: str) -> Iterator[None]:
    """Call `beat` each `every_ms` until the body ends, or until it answers False: lost.

    A beat that the database refuses is logged and tried again at the next turn: the lease outlives a few
    missed beats (heartbeat ≤ lease / 3, design §5).
    """
    done = threading.Event()

    def run() -> None:
        while not done.wait(every_ms / 1000):
            try:
                if not beat():
                    return
            except StoreError as error:
                structlog.get_logger().warning(LogEvent.HEARTBEAT_FAILED, of=name, code=error.code)

    thread = threading.Thread(target=run, name=f"heartbeat-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=every_ms / 1000)
