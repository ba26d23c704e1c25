"""Gunicorn's hook by which SIGTERM reaches the work of a worker's requests: it begins no more of it."""

from typing import TYPE_CHECKING, Any

from lib.stop_signals import stop_with_server
from lib.stopping import GRACE_MS

if TYPE_CHECKING:
    from lib.composition import Composition


def stop_with_worker(worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Once `worker` has loaded the app: half of its graceful time at most is for what runs to end."""
    composition: Composition = worker.wsgi.extensions["everytick"]
    half_ms = worker.cfg.graceful_timeout * 500
    stop_with_server(composition.stopping, grace_ms=min(GRACE_MS, half_ms))
