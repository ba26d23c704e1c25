"""Whether the time budgets nest (design §5). Settings that do not are refused at the start."""

from dataclasses import dataclass

from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject
from lib.setting_problems import SEND_RESERVE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    text: str
    holds: bool


def check_budgets(subject: Subject) -> Check:
    """Each sum written out, in milliseconds."""
    settings = subject.services.settings
    statement = settings.database_statement_timeout_ms
    job = settings.background_job_timeout_ms
    drain = settings.background_job_cron_time_budget_ms
    request = settings.background_jobs_max_duration_seconds * 1_000
    send, inline = settings.background_jobs_send_deadline_ms, settings.background_jobs_inline_budget_ms
    tick = send + inline + SEND_RESERVE_MS
    beat, lease = settings.background_job_heartbeat_ms, settings.background_job_lease_ms
    beside, limit = (
        settings.background_jobs_parallel_drains,
        settings.background_jobs_inngest_concurrency,
    )
    sums = (
        _Sum(
            text=f"statement {statement} < job {job} < drain {drain} < request {request} ms",
            holds=statement < job < drain < request,
        ),
        _Sum(
            text=f"send {send} + inline {inline} + reserve {SEND_RESERVE_MS} = {tick}"
            f" <= request {request} ms",
            holds=tick <= request,
        ),
        _Sum(text=f"3 x heartbeat {beat} = {3 * beat} <= lease {lease} ms", holds=3 * beat <= lease),
        _Sum(text=f"{beside} drains side by side < concurrency {limit}", holds=beside == 0 or beside < limit),
    )
    broken = [one.text for one in sums if not one.holds]
    if broken:
        return not_ok(
            CheckName.BUDGETS,
            f"They do not nest: {'; '.join(broken)}.",
            cure="Change one of the settings; `flask env check` names them.",
        )
    return ok(CheckName.BUDGETS, "; ".join(one.text for one in sums) + ".")
