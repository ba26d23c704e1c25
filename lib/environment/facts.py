"""The facts that the guard judges, read from a cleaned environment before anything is parsed.

They are read beside the settings and not from them, so that a setting that cannot be read hides no
isolation problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lib.setting_types import FLAG_WORDS, fingerprint_list
from lib.settings import BRANCHES, FALLBACK_KEY, cleaned

ON_LAMBDA: Final = ("AWS_LAMBDA_FUNCTION_NAME", "LAMBDA_TASK_ROOT")
HOSTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Fly": ("FLY_APP_NAME", "FLY_MACHINE_ID", "FLY_ALLOC_ID"),
    "Render": ("RENDER", "RENDER_SERVICE_ID", "RENDER_INSTANCE_ID", "RENDER_GIT_BRANCH"),
    "Railway": (
        "RAILWAY_PROJECT_ID",
        "RAILWAY_SERVICE_ID",
        "RAILWAY_ENVIRONMENT",
        "RAILWAY_ENVIRONMENT_ID",
        "RAILWAY_ENVIRONMENT_NAME",
        "RAILWAY_GIT_BRANCH",
    ),
    "Heroku": ("DYNO",),
    "Cloud Run": ("K_SERVICE", "K_REVISION", "CLOUD_RUN_JOB"),
    "Kubernetes": ("KUBERNETES_SERVICE_HOST",),
    "ECS": ("ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4"),
}
"""Known hosts other than Vercel, by variables that they alone set."""
FACT_NAMES: Final = (
    "DEPLOYMENT",
    "VERCEL_ENV",
    "VERCEL_TARGET_ENV",
    "VERCEL_URL",
    "VERCEL_BRANCH_URL",
    "VERCEL_PROJECT_PRODUCTION_URL",
    *BRANCHES,
)
"""The variables that are facts and no settings; all but the first are set by platforms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a deployment's environment says; None where a variable is not set."""

    on_vercel: bool
    host: str | None
    """Another known host, by name."""
    vercel_env: str | None
    vercel_target_env: str | None
    deployment: str | None

    inngest_env: str | None
    branch: str | None
    signing_key: str | None = field(repr=False)
    fallback_key: str | None = field(repr=False)
    event_key: str | None = field(repr=False)
    inngest_dev: str | None = field(repr=False)
    base_url: str | None = field(repr=False)
    """`INNGEST_BASE_URL` alone: the one that self-hosting needs."""
    base_urls: tuple[str, ...] = field(repr=False)
    """All three base-URL overrides that are set."""
    self_hosted: bool
    use_inngest: bool
    production_fingerprints: frozenset[str]
    """What PRODUCTION_FINGERPRINTS names; empty when it is not set."""

    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    embedded_database: bool
    """True unless the variable is blank or says false: what cannot be read is taken as the worse."""
    cron_secret_length: int
    """0 when it is not set."""
    origins: tuple[str, ...] = field(repr=False)
    """Where Inngest may be told to call this deployment."""
    serve_origin: str | None = field(repr=False)
    """`INNGEST_SERVE_ORIGIN`."""
    deployment_origin: str | None = field(repr=False)
    """The platform's address of this branch, else of this one deployment; without a scheme."""
    production_origin: str | None = field(repr=False)

    @property
    def signing_keys(self) -> tuple[tuple[str, str], ...]:
        """The signing keys that are set, each with its variable: a fallback counts like the primary."""
        both = (("INNGEST_SIGNING_KEY", self.signing_key), (FALLBACK_KEY, self.fallback_key))
        return tuple((name, key) for name, key in both if key is not None)

    @property
    def prefixes_lifted(self) -> bool:
        """Whether the rules on key prefixes and base URLs do not hold: Inngest on a server of one's own."""
        return self.self_hosted and self.base_url is not None


def read_facts(environ: Mapping[str, str]) -> Facts:
    """The facts in `environ`."""
    held = cleaned(environ)
    return Facts(
        on_vercel=any(name.startswith("VERCEL") or name in ON_LAMBDA for name in held),
        host=next((host for host, names in HOSTS.items() if any(n in held for n in names)), None),
        vercel_env=held.get("VERCEL_ENV"),
        vercel_target_env=held.get("VERCEL_TARGET_ENV"),
        deployment=held.get("DEPLOYMENT"),
        inngest_env=held.get("INNGEST_ENV"),
        branch=next((held[name] for name in BRANCHES if name in held), None),
        signing_key=held.get("INNGEST_SIGNING_KEY"),
        fallback_key=held.get(FALLBACK_KEY),
        event_key=held.get("INNGEST_EVENT_KEY"),
        inngest_dev=held.get("INNGEST_DEV"),
        base_url=held.get("INNGEST_BASE_URL"),
        base_urls=_present(held, "INNGEST_BASE_URL", "INNGEST_API_BASE_URL", "INNGEST_EVENT_API_BASE_URL"),
        self_hosted=_says(held, "INNGEST_SELF_HOSTED"),
        use_inngest=_says(held, "BACKGROUND_JOBS_USE_INNGEST"),
        production_fingerprints=fingerprint_list(held.get("PRODUCTION_FINGERPRINTS", "")),
        database_url=held.get("DATABASE_URL"),
        redis_url=held.get("REDIS_URL"),
        embedded_database=FLAG_WORDS.get(held.get("EVERYTICK_EMBEDDED_DATABASE", "false").casefold(), True),
        cron_secret_length=len(held.get("CRON_SECRET", "")),
        origins=_present(held, "INNGEST_SERVE_ORIGIN", "VERCEL_BRANCH_URL", "VERCEL_URL"),
        serve_origin=held.get("INNGEST_SERVE_ORIGIN"),
        deployment_origin=held.get("VERCEL_BRANCH_URL") or held.get("VERCEL_URL"),
        production_origin=held.get("VERCEL_PROJECT_PRODUCTION_URL"),
    )


def _present(held: Mapping[str, str], *names: str) -> tuple[str, ...]:
    return tuple(held[name] for name in names if name in held)


def _says(held: Mapping[str, str], name: str) -> bool:
    return FLAG_WORDS.get(held.get(name, "false").casefold(), False)
