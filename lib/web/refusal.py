"""The refused app: every route answers 503 and says why and what to do, never a value (design §9)."""

from typing import Final

from flask import Flask, Response, g

from lib.environment.decision import DeploymentKind, GuardDecision
from lib.errors import EnvironmentRefused
from lib.services import Services
from lib.web.problems import RETRY_AFTER_SECONDS, problem

FOREIGN_REDIS: Final = EnvironmentRefused(
    "The Redis at REDIS_URL is stamped production and this deployment is not: give it a Redis, or a database "
    "number, of its own, or leave REDIS_URL out.",
    problem_code="redis_stamp_mismatch",
)


def refuse_everything(app: Flask, decision: GuardDecision) -> None:
    """Make every request to `app` a 503 that names each problem's code and cure."""

    @app.before_request
    def refuse() -> Response:
        problems = decision.refusing
        return problem(
            503,
            problems[0].code,
            " ".join(f"{p.summary} {p.cure}" for p in problems),
            extensions={"problems": [p.as_json() for p in problems]},
            retry_after=RETRY_AFTER_SECONDS,
        )


def refuse_with_stores(app: Flask, services: Services) -> None:
    """Refuse every request to `app` from the moment a store of its is seen to belong to another kind.

    The guard cannot know a store before the first connection; from then on the whole app is refused as if
    the guard had known: with the database until it is started anew, with Redis while its stamp is another's.
    Production takes a foreign Redis for none at all, so that no cache is a single point of failure.
    """
    in_production = services.environment.kind is DeploymentKind.PRODUCTION

    @app.before_request
    def refuse() -> Response | None:
        if services.store.refusal:
            return _answer(services.store.refusal)
        if in_production:
            return None
        services.blobs.look()
        return _answer(FOREIGN_REDIS) if services.blobs.foreign else None

    @app.errorhandler(EnvironmentRefused)
    def found(error: EnvironmentRefused) -> Response:
        return _answer(error)


def is_refused() -> bool:
    """Whether the request at hand was answered by a refusal: it then says nothing of this environment."""
    return bool(g.get("environment_refused"))


def _answer(error: EnvironmentRefused) -> Response:
    g.environment_refused = True
    return problem(503, error.problem_code, error.message, retry_after=RETRY_AFTER_SECONDS)
