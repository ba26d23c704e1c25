"""What the engine tells about a run that failed (shapes recorded from the engine)."""

import json
from typing import Any

from dev.engine.answer import Failure
from dev.engine.configuration import FAILED_EVENT
from dev.engine.run import RunState


def of_answer(failure: Failure) -> tuple[dict[str, Any], Any]:
    """The error and the result that a run fails with when its last request failed."""
    if failure.error is None:
        return of_engine(failure.reason)
    error = {
        "error": "NonRetriableError" if failure.no_retry else failure.reason,
        **{name: value for name, value in failure.error.items() if name != "code"},
    }
    return error, dict(failure.error)


def of_engine(reason: str) -> tuple[dict[str, Any], Any]:
    """The same where the engine itself found the reason; recorded for a step's output that is too long."""
    said = {"error": {"error": reason, "name": "Error", "message": reason}}
    text = json.dumps(said, separators=(",", ":"))
    return {"error": reason, "message": text, "name": "Error"}, text


def failed_event(run: RunState, error: dict[str, Any], result: Any, now: int) -> dict[str, Any]:
    """The event that starts the failure function; `now` is in milliseconds.

    Its id is the run's, so that it starts nothing twice.
    """
    return {
        "name": FAILED_EVENT,
        "id": run.run_id,
        "ts": now,
        "data": {
            "_inngest": {"status": "Failed"},
            "error": error,
            "event": run.event.wire(),
            "events": [run.event.bare()],
            "function_id": run.function.id,
            "result": result,
            "run_id": run.run_id,
        },
    }
