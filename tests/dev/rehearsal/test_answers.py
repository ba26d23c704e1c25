"""Each check of an answer fails where the answer is not as it must be."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from dev.rehearsal.answers import (
    INNGEST_ENV,
    check_cron,
    check_inngest_header,
    check_ready,
    check_refuses_everything,
)
from dev.rehearsal.function import Answer, PlatformFunction
from dev.rehearsal.report import NotAsItMustBe
from dev.rehearsal.variables import Target, deployment

DEPLOYED = deployment(Target.PREVIEW, database_url="postgresql://db.example/x", redis_url="redis://r.example")
Rule = Callable[[str, str, Mapping[str, str]], Answer]


class Asked:
    """What answers by a rule, and remembers what it was asked."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.headers: list[Mapping[str, str]] = []

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **_: Any) -> Answer:
        self.headers.append(headers or {})
        return self._rule(method, path, headers or {})


def asked(rule: Rule) -> PlatformFunction:
    return cast("PlatformFunction", Asked(rule))


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, body=body, seconds=0.1)


WORKED = b'{"mode": "inline", "process": {"succeeded": 20}, "maintenance": {"status": "succeeded"}}'


class TestCron:
    def test_the_platforms_call_is_told_from_a_strangers(self) -> None:
        function = Asked(lambda _m, _p, h: answer(200, WORKED) if "authorization" in h else answer(401))
        assert check_cron(cast("PlatformFunction", function), DEPLOYED, jobs=20).startswith("200")
        assert function.headers[-1]["user-agent"] == "vercel-cron/1.0"

    @pytest.mark.parametrize(
        "rule",
        [
            lambda _m, _p, _h: answer(200, WORKED),
            lambda _m, _p, h: answer(503) if "authorization" in h else answer(401),
            lambda _m, _p, h: (
                answer(200, WORKED.replace(b"20", b"19")) if h.get("authorization") else answer(401)
            ),
            lambda _m, _p, h: (
                answer(200, WORKED.replace(b'"succeeded"}', b'"failed"}'))
                if "authorization" in h
                else answer(401)
            ),
        ],
        ids=["a stranger is served", "it is away", "a job is missing", "maintenance failed"],
    )
    def test_anything_else_is_named(self, rule: Rule) -> None:
        with pytest.raises(NotAsItMustBe):
            check_cron(asked(rule), DEPLOYED, jobs=20)


class TestHeader:
    def test_it_is_on_every_answer(self) -> None:
        said = check_inngest_header(asked(lambda *_: answer(401, x_inngest_env="rehearsal")), DEPLOYED)
        assert "HEAD 401, GET 401, PUT 401, POST 401" in said

    @pytest.mark.parametrize(
        "rule",
        [
            lambda *_: answer(401),
            lambda *_: answer(401, x_inngest_env="production"),
            lambda method, *_: answer(401) if method == "HEAD" else answer(401, x_inngest_env="rehearsal"),
            lambda *_: answer(206, x_inngest_env="rehearsal"),
        ],
        ids=["missing", "production's", "missing on HEAD", "an unsigned call is served"],
    )
    def test_anything_else_is_named(self, rule: Rule) -> None:
        with pytest.raises(NotAsItMustBe):
            check_inngest_header(asked(rule), DEPLOYED)


class TestRefusal:
    PROBLEM = b'{"code": "production_key_in_preview"}'

    def test_every_route_refuses(self) -> None:
        said = check_refuses_everything(
            asked(lambda *_: answer(503, self.PROBLEM)), DEPLOYED, "production_key_in_preview"
        )
        assert said.startswith("503 on all")

    @pytest.mark.parametrize(
        "other",
        [
            answer(200, PROBLEM),
            answer(503, b"{}"),
            Answer(status=503, headers={INNGEST_ENV: "rehearsal"}, body=PROBLEM, seconds=0.1),
            answer(503, PROBLEM + next(iter(DEPLOYED.secrets)).encode()),
        ],
        ids=["one is served", "no problem named", "an environment is named", "a secret is shown"],
    )
    def test_one_route_that_does_not_is_named(self, other: Answer) -> None:
        def rule(_method: str, path: str, _headers: Mapping[str, str]) -> Answer:
            return other if path == "/metrics" else answer(503, self.PROBLEM)

        with pytest.raises(NotAsItMustBe, match="/metrics"):
            check_refuses_everything(asked(rule), DEPLOYED, "production_key_in_preview")


def test_not_ready_is_named() -> None:
    with pytest.raises(NotAsItMustBe, match="503"):
        check_ready(asked(lambda *_: answer(503)))
