"""A heartbeat: a call repeated beside the work while it runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from lib.errors import EverytickError
from lib.log.events import LogEvent


@contextmanager
def heartbeat(beat: Callable[[], bool], *, every_ms: int, name: str) -> Iterator[None]:
    """Call `beat` each `every_ms` until the body ends, or until it answers False: lost.

    A beat that fails, whatever the reason, is logged and tried again at the next turn: the lease outlives a
    few missed beats (heartbeat ≤ lease / 3, design §5), and what the work itself meets is told by the work.
    """
    done = threading.Event()

    def run() -> None:
        while not done.wait(every_ms / 1000):
            try:
                if not beat():
                    return
            except Exception as error:  # noqa: BLE001 - logged; a thread of its own has nobody to raise to
                code = error.code if isinstance(error, EverytickError) else type(error).__name__
                structlog.get_logger().warning(LogEvent.HEARTBEAT_FAILED, of=name, code=code)

    thread = threading.Thread(target=run, name=f"heartbeat-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=every_ms / 1000)
