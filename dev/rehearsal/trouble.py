"""What the platform does to a function: several requests at once, a freeze, and calls that hang."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from dev.rehearsal.answers import CRON, INNGEST, call_cron, must
from dev.rehearsal.function import PlatformFunction
from dev.rehearsal.stores import cut_connections, job_states
from dev.rehearsal.variables import Deployment

AT_ONCE = 12
FROZEN_SECONDS = 3.0
SEND_DEADLINE_MS = 1500


def check_at_once(function: PlatformFunction, deployed: Deployment, *, jobs: int) -> str:
    """Say that requests at the same time are all answered, and that each due job was done once."""
    before = job_states(deployed.variables["DATABASE_URL"]).get("succeeded", 0)
    asks: list[Callable[[], int]] = [
        *[lambda: call_cron(function, deployed).status] * 4,
        *[lambda: function.ask("GET", "/api/health/ready").status] * 4,
        *[lambda: function.ask("HEAD", INNGEST).status] * (AT_ONCE - 8),
    ]
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        statuses = list(pool.map(lambda ask: ask(), asks))
    took = time.monotonic() - began
    must(set(statuses) <= {200, 202}, f"statuses {sorted(statuses)}")
    states = job_states(deployed.variables["DATABASE_URL"])
    if states != {
        "succeeded": before + jobs
    }:  # those that found the lease held leave the rest to the next call
        call_cron(function, deployed)
        states = job_states(deployed.variables["DATABASE_URL"])
    must(states == {"succeeded": before + jobs}, f"jobs {states}, {before + jobs} were due")
    return (
        f"{AT_ONCE} requests answered {listed_statuses(statuses)} in {took:.2f} s, {jobs} jobs done once each"
    )


def check_frozen(function: PlatformFunction, deployed: Deployment, *, jobs: int) -> str:
    """Say that a function frozen between requests, its connections cut meanwhile, works when it wakes."""
    before = job_states(deployed.variables["DATABASE_URL"]).get("succeeded", 0)
    function.freeze()
    try:
        time.sleep(FROZEN_SECONDS)
        cut = cut_connections(deployed.variables["DATABASE_URL"])
    finally:
        function.thaw()
    answer = call_cron(function, deployed)
    must(answer.status == 200, f"{answer.status}: {answer.body[:300]!r}")  # noqa: PLR2004
    done = job_states(deployed.variables["DATABASE_URL"]).get("succeeded", 0) - before
    must(done == jobs, f"{done} jobs done, {jobs} were due")
    return f"{FROZEN_SECONDS:.0f} s, {cut} connections cut: the next call is 200 in {answer.seconds:.2f} s"


def check_time_limit(function: PlatformFunction, deployed: Deployment, *, jobs: int) -> str:
    """Say that a tick ends in time, its work done, while Inngest takes a call and never answers."""
    began = time.monotonic()
    answer = call_cron(function, deployed)
    took = time.monotonic() - began
    said = answer.json()
    must(
        said.get("mode") == "inline-fallback",
        f"{answer.status}, mode {said.get('mode')}, {said.get('reason')}",
    )
    done = (said.get("process") or {}).get("succeeded")
    must(answer.status == 200 and done == jobs, f"{answer.status}, {done} jobs done of {jobs}")  # noqa: PLR2004
    limit = SEND_DEADLINE_MS / 1000
    return f"{CRON} done inline in {took:.2f} s while Inngest never answers (sending may take {limit} s)"


@contextmanager
def never_answering() -> Iterator[str]:
    """An address that takes every connection and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def hanging_inngest(address: str) -> dict[str, str]:
    """The variables of a deployment whose Inngest, one of its own, is at `address`."""
    return {
        "BACKGROUND_JOBS_USE_INNGEST": "true",
        "BACKGROUND_JOBS_SEND_DEADLINE_MS": str(SEND_DEADLINE_MS),
        "INNGEST_SELF_HOSTED": "true",
        "INNGEST_BASE_URL": address,
    }


def listed_statuses(statuses: list[int]) -> str:
    """How many of each."""
    return ", ".join(f"{statuses.count(status)} of {status}" for status in sorted(set(statuses)))
