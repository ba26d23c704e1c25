"""The variables of the deployments that are rehearsed: made up, but for the stores."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

BRANCH = "rehearsal"
"""The branch that previews are of, and with it their Inngest environment."""
_SHORTEST_SECRET = 16
_PRODUCTION_HOST = "everytick.example"


class Target(StrEnum):
    """What is rehearsed."""

    PRODUCTION = "production"
    PREVIEW = "preview"
    LEAK = "leak"
    """A preview that holds a production key: its build has to fail, and it has to refuse to run."""

    @property
    def kind(self) -> str:
        """What VERCEL_ENV says, and the database's stamp."""
        return "production" if self is Target.PRODUCTION else "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment's variables, and the kind of its database's stamp."""

    kind: str
    inngest_env: str
    variables: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)
    """Values that nothing that ships, and nothing that is printed, may hold."""


def deployment(
    target: Target, *, database_url: str, redis_url: str, given: Mapping[str, str] | None = None
) -> Deployment:
    """Give `target`'s variables, as the platform would set them; `given` ones count instead of ours."""
    kind = target.kind
    production_key = target is not Target.PREVIEW
    made_up = {
        "INNGEST_SIGNING_KEY": f"signkey-{'prod' if production_key else 'branch'}-{secrets.token_hex(32)}",
        "INNGEST_EVENT_KEY": secrets.token_hex(40),
        "CRON_SECRET": secrets.token_hex(32),
        "OPERATOR_TOKEN": secrets.token_hex(32),
        "INBOUND_SECRET": secrets.token_hex(32),
        "METRICS_TOKEN": secrets.token_hex(32),
    }
    git_ref = "main" if kind == "production" else BRANCH
    variables = {
        "VERCEL": "1",
        "VERCEL_ENV": kind,
        "VERCEL_TARGET_ENV": kind,
        "VERCEL_URL": "everytick-4f2k9x-example.vercel.app",
        "VERCEL_BRANCH_URL": f"everytick-git-{git_ref}-example.vercel.app",
        "VERCEL_PROJECT_PRODUCTION_URL": _PRODUCTION_HOST,
        "VERCEL_GIT_COMMIT_REF": git_ref,
        "VERCEL_GIT_COMMIT_SHA": secrets.token_hex(20),
        "VERCEL_DEPLOYMENT_ID": f"dpl_{secrets.token_hex(14)}",
        "VERCEL_REGION": "iad1",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        **made_up,
        **(given or {}),
    }
    return Deployment(
        kind=kind,
        inngest_env="production" if kind == "production" else BRANCH,
        variables=variables,
        secrets=frozenset(
            value
            for name, value in {**made_up, **(given or {})}.items()
            if len(value) >= _SHORTEST_SECRET and not name.startswith("VERCEL")
        ),
    )
