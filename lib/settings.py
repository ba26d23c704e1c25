"""The environment, read once into one frozen object: the only reader of `os.environ`.

A value is stripped of white space; what is blank counts as not set. White space inside a secret, a flag that
does not parse and a number out of its bounds are problems, and all problems are reported together. Every
variable is explained in `.env.example`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

_FLAG_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def _flag(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return _FLAG_WORDS[raw.casefold()]
    except KeyError:
        raise ValueError("is neither true nor false") from None


def _whole(secret: SecretStr) -> SecretStr:
    if any(character.isspace() for character in secret.get_secret_value()):
        raise ValueError("has white space inside: it was probably pasted with a line break")
    return secret


Flag = Annotated[bool, BeforeValidator(_flag)]
Secret = Annotated[SecretStr, AfterValidator(_whole)]


def setting(default: Any, **bounds: Any) -> Any:  # noqa: ANN401 - as pydantic's own Field
    """One variable's field: its default and its bounds."""
    return Field(default, **bounds)


class Settings(BaseModel):
    """Every variable that Everytick reads, cleaned and typed; a field is its variable in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, validate_by_name=True)

    # Stores
    database_url: Secret | None = None
    """None means: the embedded database, development only."""
    everytick_embedded_database: Flag = False
    """Set by bin/dev beside the DATABASE_URL of the server that it started."""
    database_prepare: Flag = False
    database_statement_timeout_ms: int = setting(5_000, ge=100, le=60_000)
    database_pool_max: int = setting(4, ge=1, le=64)
    database_connect_timeout_ms: int = setting(3_000, ge=1_000, le=30_000)
    """Bounds the wait for a connection, a free one from the pool included."""
    redis_url: Secret | None = None
    redis_timeout_ms: int = setting(500, ge=10, le=5_000)

    # Who may call
    cron_secret: Secret | None = None
    operator_token: Secret | None = None
    metrics_token: Secret | None = None
    inbound_secret: Secret | None = None

    # The tick
    background_jobs_use_inngest: Flag = False
    background_jobs_inngest_percent: int = setting(100, ge=0, le=100)
    background_jobs_dispatch_window_seconds: int = setting(60, ge=15, le=3_600)
    background_jobs_send_deadline_ms: int = setting(5_000, ge=100, le=60_000)
    background_jobs_dispatch_grace_seconds: int = setting(180, ge=15, le=86_400)
    background_jobs_stuck_run_seconds: int = setting(900, ge=60, le=86_400)
    background_jobs_max_duration_seconds: int = setting(300, ge=30, le=800)
    background_jobs_inline_budget_ms: int = setting(60_000, ge=1_000, le=800_000)
    background_jobs_max_drain_steps: int = setting(10, ge=1, le=100)
    background_jobs_inngest_concurrency: int = setting(2, ge=1, le=8)
    background_jobs_max_event_age_seconds: int = setting(900, ge=60, le=86_400)

    # The queue
    background_job_cron_limit: int = setting(1_000, ge=1, le=100_000)
    background_job_cron_time_budget_ms: int = setting(240_000, ge=1_000, le=800_000)
    background_job_worker_concurrency: int = setting(4, ge=1, le=32)
    background_job_lease_ms: int = setting(60_000, ge=300, le=3_600_000)
    background_job_heartbeat_ms: int = setting(15_000, ge=100, le=1_200_000)
    background_job_timeout_ms: int = setting(30_000, ge=100, le=800_000)
    background_job_stale_queue_alert_minutes: int = setting(30, ge=5, le=10_080)

    # Status and retention
    inngest_job_status_ttl_seconds: int = setting(86_400, ge=60, le=2_592_000)
    stale_sending_minutes: int = setting(10, ge=1, le=1_440)
    draft_pipeline_run_retention_days: int = setting(30, ge=1, le=3_650)
    finished_job_retention_days: int = setting(14, ge=1, le=3_650)
    run_retention_days: int = setting(30, ge=1, le=3_650)

    # Sending mail
    smtp_url: Secret | None = None
    smtp_timeout_ms: int = setting(10_000, ge=500, le=60_000)
    mail_from: str = "Everytick <assistant@everytick.invalid>"
    auto_send_disabled: Flag = False

    # Inngest (used only through inngest_functions/; the SDK never reads the environment itself)
    inngest_env: str | None = None
    inngest_event_key: Secret | None = None
    inngest_signing_key: Secret | None = None
    inngest_signing_key_fallback: Secret | None = None
    inngest_dev: str | None = None
    inngest_base_url: str | None = None
    inngest_api_base_url: str | None = None
    inngest_event_api_base_url: str | None = None
    inngest_serve_origin: str | None = None
    inngest_serve_path: str | None = None
    inngest_self_hosted: Flag = False
    production_fingerprints: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """One variable that could not be taken as it is set; the value itself is never kept."""

    name: str
    """The variable, in upper case; several joined by `, ` where their sum is the problem."""
    problem: str
    """What is wrong and what to do."""


def cleaned(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with values stripped; those that are blank are left out."""
    return {name: value.strip() for name, value in environ.items() if value.strip()}


def process_environment() -> dict[str, str]:
    """A copy of the process's environment."""
    return dict(os.environ)


def read_settings(environ: Mapping[str, str]) -> tuple[Settings | None, tuple[SettingProblem, ...]]:
    """Settings from `environ`, or None and every problem found."""
    try:
        settings = Settings.model_validate(cleaned(environ))
    except ValidationError as error:
        return None, tuple(
            SettingProblem(name=".".join(map(str, item["loc"])), problem=item["msg"])
            for item in error.errors(include_input=False, include_url=False)
        )
    problems = _budget_problems(settings)
    return (None if problems else settings), problems


def _budget_problems(_settings: Settings) -> tuple[SettingProblem, ...]:
    """The budgets that do not nest (design §5), each with its sum written out."""
    return ()
