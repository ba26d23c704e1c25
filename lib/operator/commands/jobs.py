"""`flask jobs`: look into the queue, put jobs in, drain it (design §3)."""

import json
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import click
from flask.cli import AppGroup
from rich.table import Table

from lib.clock import Deadline, iso
from lib.errors import UsageProblem, WorkFailed
from lib.exit_codes import ExitCode
from lib.inbox.workspace import workspace_called
from lib.jobs.drain import drain
from lib.jobs.enqueue import Enqueued, NewJob, enqueue_many
from lib.jobs.health import count_due, queue_health
from lib.jobs.job import JobStatus
from lib.jobs.pause import read_paused
from lib.jobs.records import JobRecord, find_job, list_jobs
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    print_table,
    services,
)
from lib.operator.commands.jobs_control import control_commands
from lib.services import Services
from lib.status.run_status import RunSource, RunStatus
from lib.stop_signals import stop_signals
from lib.store.store import Connection
from lib.work.execute import execute
from lib.work.responsibilities import PROCESS, Outcome

COUNT_LIMIT: Final = 100_000
ENQUEUE_BATCH: Final = 5_000

jobs = AppGroup("jobs", help="Look into the queue, put jobs in, drain it, mend it.")
control_commands(jobs)


@jobs.command("list")
@click.option("--status", type=click.Choice([status.value for status in JobStatus]))
@click.option("--kind", help="For instance system.noop.")
@click.option("--workspace", help="Name or id.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@operator_command
def list_(
    status: str | None, kind: str | None, workspace: str | None, limit: int, *, as_json: bool
) -> ExitCode:
    """List jobs, the newest first; exit 4 when none fits."""
    with services().store.transaction() as connection:
        found = list_jobs(
            connection,
            status=JobStatus(status) if status else None,
            kind=kind,
            workspace=workspace,
            limit=limit,
        )
    if as_json:
        print_json({"jobs": [job.as_json() for job in found]})
    elif found:
        _print_table(found)
    else:
        click.echo("No job fits.", err=True)
    return ExitCode.WELL if found else ExitCode.NOTHING_FOUND


@jobs.command("show")
@click.argument("job_id", type=click.IntRange(min=1))
@json_option
@operator_command
def show(job_id: int, *, as_json: bool) -> None:
    """Show everything about one job; exit 4 when there is none."""
    with services().store.transaction() as connection:
        found = find_job(connection, job_id)
    if as_json:
        print_json(found.as_json())
        return
    for name, value in found.as_json().items():
        click.echo(f"{name:>15}  {json.dumps(value) if isinstance(value, dict) else _cell(value)}")


@jobs.command("enqueue")
@click.option("--kind", required=True, help="For instance system.noop.")
@click.option("--payload", default="{}", help="A JSON object; - reads it from standard input.")
@click.option("--workspace", help="Name or id; a new name makes a workspace. Without: no workspace.")
@click.option("--count", type=click.IntRange(1, COUNT_LIMIT), default=1, show_default=True)
@click.option("--run-at", help="When, ISO 8601 with a time zone. Now by default.")
@click.option("--delay", type=click.FloatRange(0, 31_536_000), help="Seconds from now.")
@click.option("--priority", type=click.IntRange(-32_768, 32_767), default=0, show_default=True)
@click.option("--dedupe-key", help="For kinds that declare uniqueness.")
@dry_run_option
@json_option
@operator_command
def enqueue(  # noqa: PLR0913 - one parameter for each option
    *,
    kind: str,
    payload: str,
    workspace: str | None,
    count: int,
    run_at: str | None,
    delay: float | None,
    priority: int,
    dedupe_key: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Put a job, or COUNT like it, into the queue."""
    held = services()
    body = _json_object(payload)
    with (
        held.store.transaction(statement_timeout_ms=60_000) as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        job = NewJob(
            kind=kind,
            payload=body,
            workspace_id=workspace_called(connection, workspace) if workspace else None,
            dedupe_key=dedupe_key,
            run_at=_due(connection, run_at, delay),
            priority=priority,
        )
        made = _enqueued(connection, held, job, count)
    fresh = [one.job_id for one in made if not one.duplicate]
    if as_json:
        print_json(
            {
                "dryRun": dry_run,
                "enqueued": len(fresh),
                "duplicates": len(made) - len(fresh),
                "jobIds": [] if dry_run else [one.job_id for one in made],
            }
        )
        return
    said = "Would enqueue" if dry_run else "Enqueued"
    click.echo(f"{said} {len(fresh)} of {kind}; {len(made) - len(fresh)} already there.")
    if not dry_run:
        ids = sorted({one.job_id for one in made})
        click.echo(f"Job {ids[0]}." if len(ids) == 1 else f"Jobs {ids[0]} to {ids[-1]}.")


@jobs.command("drain")
@click.option("--limit", type=click.IntRange(1, COUNT_LIMIT), help="BACKGROUND_JOB_CRON_LIMIT by default.")
@click.option(
    "--budget-ms", type=click.IntRange(1, 3_600_000), help="BACKGROUND_JOB_CRON_TIME_BUDGET_MS by default."
)
@click.option("--workers", type=click.IntRange(1, 32), help="BACKGROUND_JOB_WORKER_CONCURRENCY by default.")
@dry_run_option
@json_option
@operator_command
def drain_(
    limit: int | None, budget_ms: int | None, workers: int | None, *, dry_run: bool, as_json: bool
) -> None:
    """Run what is due now. SIGTERM or Ctrl-C ends it well: what has not begun is given back."""
    held = services()
    if dry_run:
        with held.store.transaction() as connection:
            due = count_due(connection)
        wanted = min(due, limit or held.settings.background_job_cron_limit)
        if as_json:
            print_json({"dryRun": True, "due": due, "wouldClaim": wanted})
        else:
            click.echo(f"Would run up to {wanted} of {due} due jobs.")
        return
    budget = budget_ms or held.settings.background_job_cron_time_budget_ms
    with stop_signals(held.stopping):

        def work(held: Services, deadline: Deadline) -> Outcome:
            summary = drain(held, deadline=deadline, limit=limit, workers=workers)
            return Outcome(status=RunStatus.SUCCEEDED, summary=summary.as_json(), error=None)

        done = execute(
            held,
            replace(PROCESS, work=work),
            source=RunSource.CLI,
            dispatch_key=None,
            deadline=Deadline.after_ms(held.clock, budget),
        )
    if done.summary is None:
        raise WorkFailed(f"The drain failed: {done.error}.")
    if as_json:
        print_json(done.summary)
        return
    table = Table("", "", show_header=False)
    for name, value in done.summary.items():
        table.add_row(name, str(value))
    print_table(table)


@jobs.command("health")
@json_option
@operator_command
def health(*, as_json: bool) -> ExitCode:
    """Judge the queue; exit 7 when it is stale or jobs run past their lease."""
    held = services()
    with held.store.transaction() as connection:
        found = queue_health(connection, held.settings)
        paused = read_paused(connection)
    facts = {"healthy": found.healthy, **found.as_json(), "paused": paused.as_json()}
    if as_json:
        print_json(facts)
    else:
        for name, value in facts.items():
            click.echo(f"{name:>20}  {_cell(value)}")
    return ExitCode.WELL if found.healthy else ExitCode.DEGRADED


def _enqueued(connection: Connection, held: Services, job: NewJob, count: int) -> list[Enqueued]:
    return [
        one
        for start in range(0, count, ENQUEUE_BATCH)
        for one in enqueue_many(connection, held.kinds, [job] * min(ENQUEUE_BATCH, count - start))
    ]


def _json_object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as error:
        raise UsageProblem(f"--payload is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise UsageProblem("--payload is a JSON object, for instance '{\"sleepMs\": 100}'.")
    return body


def _due(connection: Connection, run_at: str | None, delay: float | None) -> datetime | None:
    """When the job is due; a delay counts from the database's now."""
    if run_at is not None and delay is not None:
        raise UsageProblem("Give --run-at or --delay, not both.")
    if delay is not None:
        ((now,),) = connection.execute("SELECT everytick_now()").fetchall()
        return datetime.fromisoformat(now.isoformat()) + timedelta(seconds=delay)
    if run_at is None:
        return None
    try:
        instant = datetime.fromisoformat(run_at)
    except ValueError as error:
        raise UsageProblem("--run-at is not ISO 8601, for instance 2026-11-23T19:50:00Z.") from error
    if instant.tzinfo is None:
        raise UsageProblem("--run-at needs a time zone, for instance 2026-11-23T19:50:00Z.")
    return instant


def _print_table(found: list[JobRecord]) -> None:
    table = Table()
    for column in ("id", "kind", "status"):
        table.add_column(column, no_wrap=True)
    for column in ("workspace", "run at", "attempt", "crashes", "last error"):
        table.add_column(column)
    for job in found:
        table.add_row(
            str(job.id),
            job.kind,
            job.status,
            _cell(job.workspace),
            iso(job.run_at),
            f"{job.attempt}/{job.max_attempts}",
            str(job.crashes),
            _cell(job.last_error),
        )
    print_table(table)


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
