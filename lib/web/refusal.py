"""The refused app: every route answers 503 and says why and what to do, never a value (design §9)."""

from flask import Flask, Response, g

from lib.environment.decision import GuardDecision
from lib.errors import EnvironmentRefused
from lib.store.store import Store
from lib.web.problems import RETRY_AFTER_SECONDS, problem


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


def refuse_with_database(app: Flask, store: Store) -> None:
    """Refuse every request to `app` from the moment its database is seen to belong to another kind.

    The guard cannot know a database before the first connection; from then on the whole app is refused as
    if the guard had known, until it is started anew with another database.
    """

    @app.before_request
    def refuse() -> Response | None:
        return _answer(store.refusal) if store.refusal else None

    @app.errorhandler(EnvironmentRefused)
    def found(error: EnvironmentRefused) -> Response:
        return _answer(error)


def is_refused() -> bool:
    """Whether the request at hand was answered by a refusal: it then says nothing of this environment."""
    return bool(g.get("environment_refused"))


def _answer(error: EnvironmentRefused) -> Response:
    g.environment_refused = True
    return problem(503, error.problem_code, error.message, retry_after=RETRY_AFTER_SECONDS)
