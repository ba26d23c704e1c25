"""The failure functions: the engine has given a run up, its row is closed as failed."""

from collections.abc import Callable, Mapping
from typing import Any

import inngest

from inngest_functions.tick_event import failed_call
from lib.services import Services
from lib.work.durable import fail_durable_run
from lib.work.responsibilities import Responsibility


def run_failed(services: Services, responsibility: Responsibility) -> Callable[[inngest.ContextSync], Any]:
    """The failure function of `responsibility`; called once, never again (inngest-wire §7)."""

    def on_failure(ctx: inngest.ContextSync) -> Any:  # noqa: ANN401 - JSON, as the SDK takes it
        call = failed_call(ctx.event.data)
        closed = fail_durable_run(services, responsibility, call, error=_told(ctx.event.data))
        return {"runId": call.run_id, "closed": closed}

    return on_failure


def _told(data: Mapping[str, Any]) -> str:
    """The engine's word on what went wrong."""
    error = data.get("error")
    if not isinstance(error, Mapping):
        return "The engine gave the run up."
    return f"{error.get('name') or 'Error'}: {error.get('message') or 'no message'}"
