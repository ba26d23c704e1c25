"""The environment, read once into one frozen object: the only reader of `os.environ`.

A value is stripped of white space; what is blank counts as not set. White space inside a secret, a flag that
does not parse, a number out of its bounds and budgets that do not nest are problems, and all problems are
reported together, none with a value. Every variable is explained in `.env.example`.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from lib.setting_problems import SettingProblem, joint_problems, told
from lib.setting_types import (
    DatabaseAddress,
    DevServer,
    Fingerprints,
    Flag,
    Line,
    LlmAddress,
    RedisAddress,
    Secret,
    SmtpAddress,
    UrlPath,
    WebAddress,
)

FALLBACK_KEY: Final = "INNGEST_SIGNING_KEY_FALLBACK"
"""The one variable that the SDK can only read from the environment."""
BRANCHES: Final = ("VERCEL_GIT_COMMIT_REF", "RAILWAY_GIT_BRANCH", "RENDER_GIT_BRANCH")
"""The platforms' branch variables, which the SDK would take for an environment name."""
NETWORK: Final = frozenset(
    {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"}
)
"""What the SDK's HTTP client would take from the environment, in either case: our own sends take nothing from
there (docs/decisions/0005), and a value that cannot be used would keep the client from being built."""
TAKEN: Final = "EVERYTICK_TAKEN_"
"""Before the name of a variable that was taken out of the SDK's sight."""
OURS: Final = "BACKGROUND_JOB"
"""A variable that begins so is ours, or misspelt."""

_SDK_ENVIRONMENT: Final = threading.Lock()
"""The process has one environment."""
LEAST_BUDGET_MS: Final = 10_000
"""A drain claims nothing in its last 7.5 s (design §7): with a budget below that no job would ever run."""


def setting(default: Any, **bounds: Any) -> Any:  # noqa: ANN401 - as pydantic's own Field
    """One variable's field: its default and its bounds."""
    return Field(default, **bounds)


class Settings(BaseModel):
    """Every variable that Everytick reads, cleaned and typed; a field is its variable in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, validate_by_name=True)

    # Stores
    database_url: DatabaseAddress | None = None
    """None means: the embedded database, development only."""
    everytick_embedded_database: Flag = False
    """Set by bin/dev beside the DATABASE_URL of the server that it started."""
    database_prepare: Flag = False
    database_statement_timeout_ms: int = setting(5_000, ge=100, le=60_000)
    database_pool_max: int = setting(4, ge=1, le=64)
    database_connect_timeout_ms: int = setting(3_000, ge=1_000, le=30_000)
    """Bounds the wait for a connection, a free one from the pool included."""
    redis_url: RedisAddress | None = None
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
    background_jobs_inline_budget_ms: int = setting(60_000, ge=LEAST_BUDGET_MS, le=800_000)
    background_jobs_max_drain_steps: int = setting(10, ge=1, le=100)
    background_jobs_inngest_concurrency: int = setting(2, ge=1, le=8)
    background_jobs_parallel_drains: int = setting(0, ge=0, le=7)
    """Drains that a run may start side by side when the backlog is deep; at most concurrency - 1."""
    background_jobs_max_event_age_seconds: int = setting(900, ge=60, le=86_400)

    # The gate between two stages of the rollout; argued for in docs/rollout.md
    background_jobs_rollout_min_windows: int = setting(20, ge=1, le=60)
    background_jobs_rollout_min_minutes: int = setting(60, ge=0, le=10_080)
    background_jobs_rollout_min_executed_percent: int = setting(95, ge=50, le=100)
    background_jobs_rollout_max_start_seconds: int = setting(60, ge=1, le=3_600)
    background_jobs_rollout_max_end_seconds: int = setting(120, ge=1, le=3_600)
    background_jobs_rollout_max_retried_percent: int = setting(20, ge=0, le=100)
    background_jobs_rollout_max_worse_points: int = setting(5, ge=0, le=100)
    """Percentage points by which durable work may fail or degrade more often than inline work."""

    # The queue
    background_job_cron_limit: int = setting(1_000, ge=1, le=100_000)
    background_job_cron_time_budget_ms: int = setting(240_000, ge=LEAST_BUDGET_MS, le=800_000)
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

    # The language model; without an address and a model the `template` composer writes
    llm_base_url: LlmAddress | None = None
    llm_api_key: Secret | None = None
    llm_model: Line | None = None
    llm_timeout_ms: int = setting(9_000, ge=500, le=300_000)
    llm_max_output_tokens: int = setting(2_000, ge=64, le=32_000)

    # Sending mail
    smtp_url: SmtpAddress | None = None
    smtp_timeout_ms: int = setting(10_000, ge=500, le=60_000)
    mail_from: Line = "Everytick <assistant@everytick.invalid>"
    auto_send_disabled: Flag = False

    # What a composer is told from memory; 0: nothing
    memory_prompt_tokens: int = setting(600, ge=0, le=32_000)

    # Inngest (used only through inngest_functions/; the SDK never reads the environment itself)
    inngest_env: str | None = None
    inngest_event_key: Secret | None = None
    inngest_signing_key: Secret | None = None
    inngest_signing_key_fallback: Secret | None = None
    inngest_dev: DevServer | None = None
    inngest_base_url: WebAddress | None = None
    inngest_api_base_url: WebAddress | None = None
    inngest_event_api_base_url: WebAddress | None = None
    inngest_serve_origin: WebAddress | None = None
    inngest_serve_path: UrlPath | None = None
    inngest_self_hosted: Flag = False
    production_fingerprints: Fingerprints | None = None

    # Looking at deployments from outside
    vercel_automation_bypass_secret: Secret | None = None
    """Lets `flask env verify` past a deployment's protection; Vercel sets it where it is one's own."""

    @property
    def llm_configured(self) -> bool:
        """Whether a language model is named, and where to ask it."""
        return self.llm_base_url is not None and self.llm_model is not None


SETTING_NAMES: Final = frozenset(name.upper() for name in Settings.model_fields)


def cleaned(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with values stripped; those that are blank are left out."""
    return {name: value.strip() for name, value in environ.items() if value.strip()}


def process_environment() -> dict[str, str]:
    """A copy of the process's environment, what the SDK may not see included (design §9).

    Every `INNGEST_*` and platform branch variable is renamed in the process, so that the SDK sees only what
    it is passed; only the fallback signing key is set back, cleaned. Called again, in this process or in one
    that inherited its environment, it answers the same; a variable set anew wins.
    """
    for name in [name for name in os.environ if _is_the_sdks(name)]:
        os.environ[TAKEN + name] = os.environ.pop(name)
    found = {name: value for name, value in os.environ.items() if not name.startswith(TAKEN)}
    for name, value in os.environ.items():
        if name.startswith(TAKEN):
            found[name.removeprefix(TAKEN)] = value
    if fallback := found.get(FALLBACK_KEY, "").strip():
        os.environ[FALLBACK_KEY] = fallback
    return found


@contextmanager
def sdk_environment(fallback_key: SecretStr | None) -> Iterator[None]:
    """For its time, show the SDK `fallback_key` in the process's environment, and nothing else.

    What is set there, by whomever and whenever, is back afterwards. For the moments at which the SDK reads
    variables that it takes no argument for: when a client is built, and when its functions are mounted.
    """
    with _SDK_ENVIRONMENT:
        hidden = [name for name in os.environ if _is_the_sdks(name) or name.lower() in NETWORK]
        held = {name: os.environ.pop(name) for name in hidden}
        if fallback_key is not None:
            os.environ[FALLBACK_KEY] = fallback_key.get_secret_value()
        try:
            yield
        finally:
            os.environ.pop(FALLBACK_KEY, None)
            os.environ.update(held)


def _is_the_sdks(name: str) -> bool:
    return name.startswith("INNGEST_") or name in BRANCHES


def read_settings(environ: Mapping[str, str]) -> tuple[Settings | None, tuple[SettingProblem, ...]]:
    """Settings from `environ`, or None and every problem found."""
    held = cleaned(environ)
    given = {name: held[name] for name in SETTING_NAMES if name in held}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        unread = {str(item["loc"][0]): told(item) for item in error.errors(include_url=False)}
        readable = Settings.model_validate({n: given[n] for n in given if n not in unread})
        return None, (
            *(SettingProblem(name=name, problem=problem) for name, problem in unread.items()),
            *(p for p in joint_problems(readable) if unread.keys().isdisjoint(p.name.split(", "))),
        )
    problems = joint_problems(settings)
    return (None if problems else settings), problems


def unknown_settings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that look like ours and are none of them, sorted (design §7)."""
    return tuple(sorted(n for n in cleaned(environ) if n.upper().startswith(OURS) and n not in SETTING_NAMES))


def secret_names() -> frozenset[str]:
    """The variables whose values are secrets."""
    return frozenset(
        name.upper()
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *_inner(field.annotation))
    )


def _inner(annotation: object) -> tuple[object, ...]:
    """Every type inside `annotation`, however deep."""
    return tuple(found for part in get_args(annotation) for found in (part, *_inner(part)))
