"""Calls of one step of a durable run, as the engine makes them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import redis

from lib.services import Services
from lib.status.run_status import RunStatus
from lib.work.call import RunCall, TickReference
from lib.work.durable import Part, perform
from lib.work.responsibilities import PROCESS, Outcome, Responsibility
from lib.work.step_report import StepReport
from tests.conftest import Database

KEY = "background-jobs:v1:60:2026-11-23T19:50:00Z"
BLOB = "job:v1:global:process-background-jobs"
DONE = Part(result={"n": 1}, outcome=Outcome(status=RunStatus.SUCCEEDED, summary={"n": 1}, error=None))


def call(
    database: Database,
    run_id: str = "r1",
    *,
    attempt: int = 0,
    age_s: int = 1,
    tracked: bool = True,
    forced: bool = False,
) -> RunCall:
    requested_at: datetime = database.value("SELECT everytick_now()") - timedelta(seconds=age_s)
    tick = TickReference(
        dispatch_key=KEY,
        generation=0,
        event_id="bg-process:1",
        requested_at=requested_at,
        correlation_id="c",
        window_start=requested_at,
        window_seconds=60,
    )
    return RunCall(run_id=run_id, attempt=attempt, tick=tick if tracked else None, forced=forced)


def step(
    services: Services, called: RunCall, work: Callable[[], Part] = lambda: DONE, *, begun: bool = False
) -> StepReport:
    return perform(services, PROCESS, called, lambda _services: work(), begun=begun)


def burst() -> Part:
    raise ValueError("no such thing")


def blob(cache: "redis.Redis", responsibility: Responsibility = PROCESS) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(cache.get(f"job:v1:global:{responsibility.job_name}")))
    return found


def line(database: Database) -> tuple[Any, ...]:
    ((state, run_id, event_id),) = database.rows("SELECT state, run_id, event_id FROM dispatch_lines")
    return state, run_id, event_id
