"""The breakers' rows: read once a tick, changed by compare-and-set, reset by an operator (design §5, §10)."""

from typing import Final

import structlog

from lib.log.events import LogEvent
from lib.status.run_status import JobName
from lib.store.store import Connection
from lib.ticks.breaker import PAUSE_SECONDS, Breaker, BreakerMove, BreakerReason, BreakerState

ACTOR: Final = "everytick"
"""Who changed a breaker that no operator changed."""
READ: Final = """
SELECT job_name, state, opened_at, probe_after, probe_key, changed_at, actor, reason FROM breakers
"""
CHANGE: Final = """
INSERT INTO breakers AS held (job_name, state, opened_at, probe_after, actor, reason)
SELECT %(job_name)s, %(state)s,
    CASE WHEN %(opens)s THEN everytick_now() END,
    CASE WHEN %(opens)s THEN everytick_now() + %(pause)s * interval '1 second' END,
    %(actor)s, %(reason)s
ON CONFLICT (job_name) DO UPDATE
SET state = excluded.state, probe_after = excluded.probe_after, probe_key = NULL,
    opened_at = CASE WHEN %(opens)s THEN coalesce(held.opened_at, excluded.opened_at) END,
    changed_at = excluded.changed_at, actor = excluded.actor, reason = excluded.reason
WHERE held.changed_at = %(seen)s
"""
CLAIM_PROBE: Final = """
UPDATE breakers
SET state = 'half_open', probe_after = NULL, probe_key = %(key)s, changed_at = everytick_now(),
    actor = %(actor)s, reason = %(reason)s
WHERE job_name = %(job_name)s AND state = 'open' AND probe_after <= everytick_now()
"""
RESET: Final = """
UPDATE breakers
SET state = 'closed', opened_at = NULL, probe_after = NULL, probe_key = NULL, changed_at = everytick_now(),
    actor = %(actor)s, reason = %(reason)s
WHERE job_name = %(job_name)s AND state <> 'closed'
"""


def read_breakers(connection: Connection) -> dict[JobName, Breaker]:
    """Each responsibility's breaker; one that never changed is closed."""
    held = {name: Breaker() for name in JobName}
    for job_name, state, *rest in connection.execute(READ):
        opened_at, probe_after, probe_key, changed_at, actor, reason = rest
        held[JobName(job_name)] = Breaker(
            state=BreakerState(state),
            opened_at=opened_at,
            probe_after=probe_after,
            probe_key=probe_key,
            changed_at=changed_at,
            actor=actor,
            reason=reason,
        )
    return held


def move_breaker(connection: Connection, job_name: JobName, seen: Breaker, move: BreakerMove) -> bool:
    """Change the breaker as `move` says, unless it is no longer as it was `seen`; whether it changed."""
    changed = connection.execute(
        CHANGE,
        {
            "job_name": job_name,
            "state": move.state,
            "opens": move.state is BreakerState.OPEN,
            "pause": PAUSE_SECONDS,
            "actor": ACTOR,
            "reason": move.reason,
            "seen": seen.changed_at,
        },
    )
    return changed.rowcount == 1


def claim_probe(connection: Connection, job_name: JobName, dispatch_key: str) -> bool:
    """Make the window of `dispatch_key` the probe; False when another has it, or it is not time yet."""
    claimed = connection.execute(
        CLAIM_PROBE,
        {"job_name": job_name, "key": dispatch_key, "actor": ACTOR, "reason": BreakerReason.PAUSE_OVER},
    )
    return claimed.rowcount == 1


def reset_breaker(connection: Connection, job_name: JobName, *, actor: str, reason: str) -> bool:
    """Close the breaker by an operator's word; False when it was closed. Counting begins anew."""
    reset = connection.execute(RESET, {"job_name": job_name, "actor": actor, "reason": reason})
    if reset.rowcount == 0:
        return False
    structlog.get_logger().warning(LogEvent.BREAKER_CLOSED, job_name=job_name, actor=actor, reason=reason)
    return True
