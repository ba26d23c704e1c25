"""Whether ticks come: without them nothing is handed over, inline or to Inngest."""

from lib.clock import iso
from lib.environment.decision import DeploymentKind
from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import Subject
from lib.vitals.tick_arrivals import TickArrivals, tick_arrivals


def check_ticks(subject: Subject) -> Check:
    """One came lately; only production has a cron that has to call."""
    window = subject.services.settings.background_jobs_dispatch_window_seconds
    with subject.reading() as connection:
        arrivals = tick_arrivals(connection, window)
    has_cron = subject.services.environment.kind is DeploymentKind.PRODUCTION
    return judge_ticks(arrivals, has_cron=has_cron)


def judge_ticks(arrivals: TickArrivals, *, has_cron: bool) -> Check:
    """The verdict. Pure."""
    last = arrivals.last_tick_at
    seen = f"The last tick came {arrivals.silent_seconds:.0f} s ago, at {iso(last)}." if last else "None yet."
    if last is not None and not arrivals.are_missing:
        return ok(CheckName.TICKS, f"{seen} Windows without one since: {arrivals.missing}.")
    if not has_cron:
        return cannot_know(
            CheckName.TICKS, f"{seen} Only production has a cron.", cure="Try one with `flask tick`."
        )
    if not arrivals.are_missing:
        return cannot_know(
            CheckName.TICKS,
            f"{seen} The database is {arrivals.silent_seconds:.0f} s old.",
            cure="Wait a few minutes and run it again.",
        )
    return not_ok(
        CheckName.TICKS,
        f"{seen} Windows without one: {arrivals.missing}.",
        cure="See to the cron: that it calls /api/cron/background-jobs of this deployment, with CRON_SECRET.",
    )
