"""Whether what Inngest accepted was executed, and no run fell silent."""

from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject
from lib.vitals.open_lines import open_lines
from lib.vitals.stuck_runs import stuck_runs


def check_lines(subject: Subject) -> Check:
    """No line is unexecuted and no run is stuck."""
    settings = subject.services.settings
    with subject.reading() as connection:
        lines = open_lines(connection, grace_seconds=settings.background_jobs_dispatch_grace_seconds)
        stuck = stuck_runs(connection, stuck_seconds=settings.background_jobs_stuck_run_seconds)
    unexecuted = sum(one.unexecuted for one in lines.values())
    waiting = sum(one.waiting for one in lines.values())
    seen = f"{unexecuted} lines unexecuted, {waiting} waiting; {stuck} runs fell silent."
    if not unexecuted and not stuck:
        return ok(CheckName.LINES, seen)
    return not_ok(
        CheckName.LINES,
        seen,
        cure="The next tick recovers them; if they come back, Inngest accepts and does not call: see the "
        "lines `endpoint` and `registration`.",
    )
