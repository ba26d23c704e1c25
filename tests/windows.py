"""Windows of the past in the ledger, for what reads evidence from them."""

from dataclasses import dataclass

from psycopg.types.json import Jsonb

from lib.status.run_status import JobName
from lib.work.responsibilities import RESPONSIBILITIES
from tests.conftest import Database


@dataclass(frozen=True, kw_only=True)
class Past:
    """How a window went; the times in seconds."""

    percent: int = 25
    control: str = "auto"
    flag: bool = True
    sent: bool = True
    failure: str | None = None
    """How its lines failed."""
    executed: bool = True
    """Whether its runs did its work; a line that neither failed nor was executed is covered by others."""
    to_start: float = 2
    run: float = 3
    attempt: int = 0
    status: str = "succeeded"
    processed: int = 0
    failed_jobs: int = 0


def past_windows(database: Database, *windows: Past, upto: int = 10, seconds: int = 60) -> None:
    """Write `windows`, the oldest first, one after the other; the last began `upto` windows ago."""
    for number, window in enumerate(windows):
        ago = seconds * (upto + len(windows) - 1 - number)
        key = f"past {database.value('SELECT count(*) FROM dispatches')}"
        facts = {
            "percent": window.percent,
            "control": window.control,
            "useInngest": window.flag,
            "inngestUsable": True,
        }
        database.run(
            "INSERT INTO dispatches (dispatch_key, window_start, window_seconds, mode, reason, state,"
            " correlation_id, facts, first_tick_at, last_tick_at)"
            " SELECT %s, at, %s, %s, 'enabled', %s, 'c', %s, at, at FROM (SELECT"
            " to_timestamp((extract(epoch FROM everytick_now())::bigint / %s) * %s) -"
            " %s * interval '1 second' AS at) AS begun",
            key,
            seconds,
            "inngest" if window.sent else "inline",
            "accepted" if window.sent else "inline",
            Jsonb(facts),
            seconds,
            seconds,
            ago,
        )
        for one in RESPONSIBILITIES:
            _line(database, key, one.job_name, window)


def _line(database: Database, key: str, job_name: JobName, window: Past) -> None:
    worked = window.executed or not window.sent
    database.run(
        "INSERT INTO dispatch_lines (dispatch_key, job_name, event_id, state, run_id, dispatched_at,"
        " executed_at, failed_at, failure) SELECT dispatch_key, %s, %s, %s, %s, first_tick_at,"
        " CASE WHEN %s THEN first_tick_at + %s * interval '1 second' END,"
        " CASE WHEN %s::text IS NOT NULL THEN first_tick_at END, %s"
        " FROM dispatches WHERE dispatch_key = %s",
        job_name,
        "id" if window.sent else None,
        "covered" if window.sent else "inline",
        key if window.sent and worked else None,
        window.sent and window.executed,
        window.to_start + window.run,
        window.failure,
        window.failure,
        key,
    )
    if worked:
        database.run(
            "INSERT INTO runs (job_name, run_id, source, dispatch_key, status, owner, attempt, started_at,"
            " beat_at, finished_at, summary) SELECT %s, dispatch_key, %s, dispatch_key, %s, 'us', %s, begun,"
            " begun, begun + %s * interval '1 second', %s FROM (SELECT dispatch_key,"
            " first_tick_at + %s * interval '1 second' AS begun FROM dispatches WHERE dispatch_key = %s)"
            " AS tick",
            job_name,
            "inngest" if window.sent else "inline",
            window.status,
            window.attempt,
            window.run,
            Jsonb({"processed": window.processed, "failed": window.failed_jobs}),
            window.to_start,
            key,
        )
