"""Whether a breaker keeps ticks from Inngest."""

from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject
from lib.ticks.breaker import BreakerState
from lib.ticks.breaker_store import read_breakers


def check_breakers(subject: Subject) -> Check:
    """All are closed."""
    with subject.reading() as connection:
        breakers = read_breakers(connection)
    open_ones = [
        f"{name} is {breaker.state} ({breaker.reason})"
        for name, breaker in breakers.items()
        if breaker.state is not BreakerState.CLOSED
    ]
    if not open_ones:
        return ok(CheckName.BREAKERS, "All are closed.")
    return not_ok(
        CheckName.BREAKERS,
        f"{'; '.join(open_ones)}.",
        cure="See to the cause; it closes by itself when a probe is executed, or by "
        "`flask rollout reset-breaker --why …`.",
    )
