"""What the soak came to, told by the audit, the domain's rows and the cron's memory, never by our logs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bench.soak.terms import BOUND, SILENT_SECONDS, WINDOW_SECONDS
from bench.soak.ticks import Tick
from bench.soak.trouble import Interruption
from tests.conftest import Database

EXAMPLES: Final = 10
"""How many of what went wrong are named."""

LOST_JOBS: Final = """
SELECT created.job_id, created.kind FROM audit.created
WHERE NOT EXISTS (SELECT 1 FROM audit.completed WHERE completed.job_id = created.job_id)
   OR (created.kind LIKE 'soak.%%'
       AND NOT EXISTS (SELECT 1 FROM audit.effects WHERE effects.job_id = created.job_id))
"""
"""Neither completed nor had its effect; dead ones are among them."""
DOUBLED_JOBS: Final = """
SELECT job_id FROM audit.completed GROUP BY job_id HAVING count(*) > 1
UNION SELECT job_id FROM audit.effects GROUP BY job_id HAVING count(*) > 1
UNION SELECT job_id FROM (SELECT job_id, count(*) AS times FROM audit.executions GROUP BY job_id) AS executed
JOIN jobs ON jobs.id = job_id WHERE times > attempt + crashes + reschedules
"""
"""The last: executed more often than ends, expired leases and interruptions account for."""
LOST_MAIL: Final = """
SELECT drafts.id FROM drafts LEFT JOIN audit.outbox ON starts_with(message_id, '<draft.' || drafts.id || '@')
WHERE status <> 'approved' OR (message_id IS NULL AND NOT send_unconfirmed)
"""
"""Neither sent nor listed for the operator."""
DOUBLED_MAIL: Final = "SELECT message_id FROM audit.outbox GROUP BY message_id HAVING count(*) > 1"
OPEN_WORK: Final = "SELECT count(*) FROM jobs WHERE status IN ('scheduled', 'pending', 'running')"
LEFT_RUNS: Final = """
SELECT job_name, run_id FROM runs
WHERE status = 'running' AND greatest(beat_at, retry_at) < everytick_now() - %s * interval '1 second'
"""
"""Silent for longer than a run may be before it is closed from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The soak's numbers; what each means is told by `python -m bench soak --help`."""

    jobs: int
    ticks: int
    modes: dict[str, int]
    """Ticks by the mode that was answered; `none`: there was no answer."""
    mails: int
    unconfirmed: int
    """Mails whose outcome nobody can know, each listed for the operator."""
    lost: list[str]
    doubled: list[str]
    missed: list[str]
    left_running: list[str]
    """Runs that nobody works on and nobody closed."""
    repeated: int
    """Jobs that were executed more than once, each with a reason; their effects happened once."""
    covered_windows: list[float]
    """Of each covered tick: windows from its call to the end of what was due at it."""
    recovery_windows: list[float]
    """Of each interruption and each call without an answer: windows until its work was done."""


def reckon(database: Database, ticks: Sequence[Tick], interruptions: Sequence[Interruption]) -> Reckoning:
    """Count what happened; `database` is the owner's view of it."""
    completed = dict(database.rows("SELECT job_id, min(at) FROM audit.completed GROUP BY job_id"))
    covered: list[tuple[Tick, timedelta]] = []
    missed = []
    for tick, ends in _ends(database, ticks, completed):
        took = None if None in ends else max(end - tick.at for end in ends if end is not None)
        if took is not None:
            covered.append((tick, took))
        if took is None or took > BOUND:
            missed.append(_told(tick, ends))
    recovery = [took for tick, took in covered if tick.mode is None]
    for one in interruptions:
        ends_of_jobs = [completed[job] - one.at for job in one.job_ids if job in completed]
        recovery += [max(ends_of_jobs)] if ends_of_jobs else []
    return Reckoning(
        jobs=database.value("SELECT count(DISTINCT job_id) FROM audit.completed"),
        ticks=len(ticks),
        modes=dict(Counter(tick.mode or "none" for tick in ticks).most_common()),
        mails=database.value("SELECT count(*) FROM audit.outbox"),
        unconfirmed=database.value("SELECT count(*) FROM drafts WHERE send_unconfirmed"),
        lost=_named(database, LOST_JOBS, LOST_MAIL),
        doubled=_named(database, DOUBLED_JOBS, DOUBLED_MAIL),
        missed=missed,
        left_running=[" ".join(row) for row in database.rows(LEFT_RUNS, SILENT_SECONDS)],
        repeated=database.value(
            "SELECT count(*) FROM (SELECT FROM audit.executions GROUP BY job_id HAVING count(*) > 1) AS again"
        ),
        covered_windows=_windows(took for _, took in covered),
        recovery_windows=_windows(recovery),
    )


Ends = tuple[datetime | None, datetime | None]
"""When processing and maintenance had done what was due at a tick; None: never."""


def _ends(
    database: Database, ticks: Sequence[Tick], completed: Mapping[int, datetime]
) -> Iterator[tuple[Tick, Ends]]:
    """Each tick, the latest first, with its ends.

    A job that was interrupted is tried again alone, when its turn comes: its tick is covered by the first
    witness at or after it that is done, for whoever did that one had the queue in hand. Whether and when the
    job itself is done is told by `lost` and by the recovery.
    """
    pruned = dict(database.rows("SELECT entry_id, min(at) FROM audit.pruned GROUP BY entry_id"))
    interrupted = {job for (job,) in database.rows("SELECT id FROM jobs WHERE crashes > 0")}
    first: datetime | None = None
    for tick in sorted(ticks, key=lambda tick: tick.at, reverse=True):
        done = completed.get(tick.job_id)
        first = min((end for end in (first, done) if end is not None), default=None)
        yield tick, (first if tick.job_id in interrupted else done, pruned.get(tick.entry_id))


def _told(tick: Tick, ends: Ends) -> str:
    after = ["never" if end is None else f"after {_windows([end - tick.at])[0]:.1f} windows" for end in ends]
    return f"{tick.at:%H:%M:%S} ({tick.mode}): processing {after[0]}, maintenance {after[1]}"


def is_at_rest(database: Database, ticks: Sequence[Tick]) -> bool:
    """Whether nothing is left to do: no open job, no dead run, and no entry that a tick planted."""
    if database.value(OPEN_WORK) or database.rows(LEFT_RUNS, SILENT_SECONDS):
        return False
    entries = [tick.entry_id for tick in ticks]
    return not database.value("SELECT count(*) FROM workspace_memory_entries WHERE id = ANY(%s)", entries)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` of `values` do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _named(database: Database, *queries: str) -> list[str]:
    rows: list[tuple[Any, ...]] = [row for query in queries for row in database.rows(query)]
    return [" ".join(str(part) for part in row) for row in rows]


def _windows(times: Iterable[timedelta]) -> list[float]:
    return [one.total_seconds() / WINDOW_SECONDS for one in times]
