"""Reading a stage's evidence from `dispatches`, `dispatch_lines` and `runs`; nothing is kept for it alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from lib.rollout.controls import DispatchControl
from lib.rollout.evidence import EffectEvidence, Spread, StageEvidence, Way, WorkEvidence
from lib.settings import Settings
from lib.status.run_status import JobName
from lib.store.store import Connection
from lib.work.responsibilities import RESPONSIBILITIES

LOOK_BACK_WINDOWS: Final = 1_440
"""As far as evidence goes back, where a stage can be passed within it. A day of minutes: last month's engine
says nothing of today's. At 5 % some 72 of them go to Inngest."""
BEGAN: Final = """
WITH latest AS (
    SELECT first_tick_at, last_tick_at, (
        facts ->> 'percent', facts ->> 'control', facts ->> 'useInngest', facts ->> 'inngestUsable'
    ) IS NOT DISTINCT FROM (%(percent)s, %(control)s, %(flag)s, %(usable)s) AS same
    FROM dispatches WHERE mode <> 'untracked' ORDER BY last_tick_at DESC LIMIT %(at_most)s
), since AS (
    SELECT coalesce(max(last_tick_at) FILTER (WHERE NOT same), '-infinity') AS at FROM latest
)
SELECT min(first_tick_at) FROM latest, since WHERE same AND last_tick_at > since.at
"""
"""A window counts as it was at its first tick that decided something."""
STAGES_SEEN: Final = """
SELECT DISTINCT (facts ->> 'percent')::int FROM (
    SELECT facts FROM dispatches WHERE mode <> 'untracked' ORDER BY last_tick_at DESC LIMIT %s
) AS latest
WHERE facts ->> 'control' = 'auto' AND facts ->> 'useInngest' = 'true' ORDER BY 1
"""
OLDEST_SEEN: Final = """
SELECT min(first_tick_at), extract(epoch FROM everytick_now() - min(first_tick_at))::float8 FROM (
    SELECT first_tick_at FROM dispatches ORDER BY last_tick_at DESC LIMIT %s
) AS latest
"""
WORK: Final = """
WITH stage AS MATERIALIZED (
    SELECT dispatch_key FROM dispatches
    WHERE last_tick_at >= %(since)s AND first_tick_at >= %(since)s
      AND (facts ->> 'percent')::int = %(percent)s
      AND facts ->> 'control' = 'auto' AND facts ->> 'useInngest' = 'true'
), ticked AS MATERIALIZED (
    SELECT line.* FROM stage JOIN dispatch_lines AS line USING (dispatch_key)
), sent AS (
    SELECT ticked.job_name, 'inngest' AS way,
        ticked.executed_at IS NOT NULL AND ticked.failed_at IS NULL AS executed,
        ticked.failed_at IS NOT NULL AS failed,
        ticked.executed_at IS NULL AND ticked.failed_at IS NULL
            AND ticked.dispatched_at <= everytick_now() - %(late)s * interval '1 second' AS late,
        ticked.dispatched_at, run.started_at, run.finished_at, run.status, run.attempt, run.summary
    FROM ticked LEFT JOIN runs AS run ON run.job_name = ticked.job_name AND run.run_id = ticked.run_id
    WHERE ticked.event_id IS NOT NULL
), inline AS (
    SELECT DISTINCT ON (run.job_name, run.dispatch_key) run.job_name, 'inline' AS way,
        run.status IN ('succeeded', 'degraded') AS executed, run.status IN ('failed', 'abandoned') AS failed,
        false AS late, ticked.dispatched_at, run.started_at, run.finished_at, run.status, run.attempt,
        run.summary
    FROM ticked JOIN runs AS run USING (job_name, dispatch_key)
    WHERE run.source LIKE 'inline%%' AND run.status <> 'superseded' AND run.finished_at >= %(since)s
    ORDER BY run.job_name, run.dispatch_key, run.started_at
)
SELECT job_name, way, count(*),
    count(*) FILTER (WHERE executed), count(*) FILTER (WHERE failed), count(*) FILTER (WHERE late),
    count(*) FILTER (WHERE worked), count(*) FILTER (WHERE status = 'degraded'),
    count(*) FILTER (WHERE worked AND attempt > 0),
    coalesce(sum((summary ->> 'processed')::int) FILTER (WHERE worked), 0),
    coalesce(sum((summary ->> 'failed')::int) FILTER (WHERE worked), 0),
    percentile_disc(%(shares)s::float8[]) WITHIN GROUP (
        ORDER BY extract(epoch FROM started_at - dispatched_at)::float8) FILTER (WHERE worked),
    percentile_disc(%(shares)s::float8[]) WITHIN GROUP (
        ORDER BY extract(epoch FROM finished_at - dispatched_at)::float8) FILTER (WHERE worked),
    percentile_disc(%(shares)s::float8[]) WITHIN GROUP (
        ORDER BY extract(epoch FROM finished_at - started_at)::float8) FILTER (WHERE worked)
FROM (
    SELECT *, status IN ('succeeded', 'degraded', 'failed') AS worked FROM sent
    UNION ALL SELECT *, status IN ('succeeded', 'degraded', 'failed') FROM inline
) AS both_ways
GROUP BY job_name, way
"""
SHARES: Final = [0.5, 0.95, 1.0]
"""The middle, the 95th percentile and the largest."""
KEYS: Final = {
    "messages_draft_id_key": """
        SELECT draft_id FROM messages WHERE draft_id IS NOT NULL GROUP BY draft_id HAVING count(*) > 1""",
    "messages_workspace_id_rfc_message_id_key": """
        SELECT workspace_id, rfc_message_id FROM messages WHERE rfc_message_id IS NOT NULL
        GROUP BY workspace_id, rfc_message_id HAVING count(*) > 1""",
    "drafts_one_live": """
        SELECT trigger_message_id, channel FROM drafts WHERE status <> 'rejected'
        GROUP BY trigger_message_id, channel HAVING count(*) > 1""",
    "draft_pipeline_runs_trigger_message_id_channel_key": """
        SELECT trigger_message_id, channel FROM draft_pipeline_runs
        GROUP BY trigger_message_id, channel HAVING count(*) > 1""",
    "jobs_unique_while_queued": """
        SELECT kind, dedupe_key FROM jobs
        WHERE dedupe_scope = 'while_queued' AND status IN ('scheduled', 'pending') AND dedupe_key IS NOT NULL
        GROUP BY kind, dedupe_key HAVING count(*) > 1""",
    "jobs_unique_while_active": """
        SELECT kind, dedupe_key FROM jobs WHERE dedupe_scope = 'while_active'
        AND status IN ('scheduled', 'pending', 'running') AND dedupe_key IS NOT NULL
        GROUP BY kind, dedupe_key HAVING count(*) > 1""",
}
"""The unique indexes that keep an effect from happening twice, each with what finds rows that it would not
have let in."""
IN_PLACE: Final = """
SELECT index.relname FROM pg_index JOIN pg_class AS index ON index.oid = pg_index.indexrelid
WHERE index.relname = ANY(%s) AND indisunique AND indisvalid AND indislive
  AND pg_table_is_visible(index.oid)
"""
NAMES: Final = {responsibility.job_name: responsibility.name for responsibility in RESPONSIBILITIES}


def look_back(settings: Settings, percent: int) -> int:
    """As many windows as a stage at `percent` needs to be passed, and LOOK_BACK_WINDOWS at least."""
    lasting = (
        settings.background_jobs_rollout_min_minutes * 60 // settings.background_jobs_dispatch_window_seconds
    )
    sampled = settings.background_jobs_rollout_min_windows * 100 // max(percent, 1)
    return max(LOOK_BACK_WINDOWS, 2 * lasting, 2 * sampled)


def stage_began(
    connection: Connection,
    settings: Settings,
    *,
    percent: int,
    control: DispatchControl,
    usable: bool,
) -> datetime | None:
    """When the unbroken row of windows began that were decided by these facts; None without any."""
    ((began,),) = connection.execute(
        BEGAN,
        {
            "percent": str(percent),
            "control": control,
            "flag": str(settings.background_jobs_use_inngest).lower(),
            "usable": str(usable).lower(),
            "at_most": look_back(settings, percent),
        },
    ).fetchall()
    held: datetime | None = began
    return held


def read_work(
    connection: Connection, *, percent: int, since: datetime | None, late_seconds: int
) -> dict[tuple[str, Way], WorkEvidence]:
    """How the work of windows at `percent` that were first ticked since then went; none if None.

    Only those that the share decided: no flag and no mode stood against it. Whatever was sent longer than
    `late_seconds` ago and neither executed nor failed is late.
    """
    held = {(one.name, way): WorkEvidence() for one in RESPONSIBILITIES for way in Way}
    if since is None:
        return held
    rows = connection.execute(
        WORK, {"percent": percent, "since": since, "late": late_seconds, "shares": SHARES}
    )
    for job_name, way, *counts, to_start, to_end, run in rows:
        held[NAMES[JobName(job_name)], Way(way)] = _work(counts, to_start, to_end, run)
    return held


def stages_seen(connection: Connection, *, late_seconds: int) -> tuple[StageEvidence, ...]:
    """Every percentage that decided one of the latest windows, with how their work went; the least first."""
    ((since, seconds),) = connection.execute(OLDEST_SEEN, (LOOK_BACK_WINDOWS,)).fetchall()
    found = [percent for (percent,) in connection.execute(STAGES_SEEN, (LOOK_BACK_WINDOWS,))]
    return tuple(
        StageEvidence(
            percent=percent,
            began_at=since,
            seconds=seconds or 0.0,
            work=read_work(connection, percent=percent, since=since, late_seconds=late_seconds),
        )
        for percent in found
    )


def read_effects(connection: Connection) -> EffectEvidence:
    """Whether the unique keys are in place, and what got past those that are not."""
    present = {name for (name,) in connection.execute(IN_PLACE, (list(KEYS),))}
    missing = tuple(sorted(KEYS.keys() - present))
    doubled = sum(len(connection.execute(KEYS[name]).fetchall()) for name in missing)
    return EffectEvidence(doubled=doubled, missing_keys=missing)


def _work(
    counts: Sequence[int], to_start: list[Any] | None, to_end: list[Any] | None, run: list[Any] | None
) -> WorkEvidence:
    windows, executed, failed, late, runs, degraded, retried, jobs, failed_jobs = counts
    return WorkEvidence(
        windows=windows,
        executed=executed,
        failed=failed,
        late=late,
        runs=runs,
        degraded=degraded,
        retried=retried,
        jobs=jobs,
        failed_jobs=failed_jobs,
        to_start=_spread(to_start),
        to_end=_spread(to_end),
        run=_spread(run),
    )


def _spread(seconds: list[Any] | None) -> Spread:
    if seconds is None:
        return Spread()
    p50, p95, largest = (round(float(one), 3) for one in seconds)
    return Spread(p50=p50, p95=p95, max=largest)
