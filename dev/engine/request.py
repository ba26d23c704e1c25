"""The request that the engine makes for a queue item."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dev.engine import strict_json
from dev.engine.configuration import ROOT_STEP
from dev.engine.errors import NotPlayed
from dev.engine.identifiers import function_uuid, queue_item_id
from dev.engine.queue import QueueItem
from dev.engine.run import RunState

BODY_MAX: Final = 4 * 1024 * 1024
"""Bytes; above it the real engine has the SDK fetch events and steps over its API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRequest:
    """One request, but for its signature, which is made when it goes out."""

    run_id: str
    function_id: str
    step_id: str
    """The step that it is for; `step` for a discovery."""
    attempt: int
    number: int
    """Counts the run's requests, from 1."""
    query: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    payload: bytes
    """`body` as JSON."""


def request_for(run: RunState, item: QueueItem, *, request_id: str, env: str) -> EngineRequest:
    """The request for `item` as the run stands now.

    Raises:
        NotPlayed: it is too long, so that the SDK would have to fetch the run's state.

    """
    event = run.event.wire()
    body = {
        "ctx": _context(run, item, request_id=request_id, env=env),
        "defers": {},
        "event": event,
        "events": [event],
        "steps": run.memos,
        "use_api": False,
        "version": run.version,
    }
    payload = strict_json.dumps(body)
    if len(payload) > BODY_MAX:
        raise NotPlayed(f"a run whose state no longer fits a request ({len(payload)} bytes): use_api")
    return EngineRequest(
        run_id=run.run_id,
        function_id=run.function.id,
        step_id=item.step_id,
        attempt=item.attempt,
        number=run.requests,
        query=f"fnId={run.function.id}&stepId={item.step_id}",
        headers={
            "content-type": "application/json",
            "user-agent": "Inngest",
            "x-inngest-generation-id": str(item.generation),
            "x-inngest-job-id": item.job_id,
            "x-inngest-req-version": str(run.version),
            "x-inngest-step-id": item.step_id,
            "x-request-id": request_id,
            "x-run-id": run.run_id,
        },
        body=strict_json.loads(payload),
        payload=payload,
    )


def _context(run: RunState, item: QueueItem, *, request_id: str, env: str) -> dict[str, Any]:
    return {
        "attempt": item.attempt,
        "disable_immediate_execution": run.in_parallel,
        "env": env,
        "fn_id": function_uuid(run.function.id),
        "generation_id": item.generation,
        "job_id": item.job_id,
        "max_attempts": run.function.max_attempts,
        "qi_id": queue_item_id(item.job_id),
        "request_id": request_id,
        "run_id": run.run_id,
        "stack": {"current": item.current, "stack": run.stack},
        "step_id": ROOT_STEP,
        "use_api": False,
    }
