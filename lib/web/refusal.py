"""The refused app: every route answers 503 and says why and what to do, never a value (design §9)."""

from flask import Flask, Response

from lib.environment.decision import GuardDecision
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
            extensions={
                "problems": [
                    {"code": p.code, "class": p.problem_class, "summary": p.summary, "cure": p.cure}
                    for p in problems
                ]
            },
            retry_after=RETRY_AFTER_SECONDS,
        )
