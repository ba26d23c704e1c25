from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dev.engine import signature
from dev.engine.answer import Failure, RawAnswer, read_answer
from dev.engine.errors import ForbiddenAnswer, NotPlayed, Rule
from tests.dev.engine.canned_app import Canned, broken, done, failed, op, ops, planned, ran, step_id
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]
ERROR = {"code": "c", "message": "m", "name": "n", "stack": None}


def with_headers(canned: Canned, **headers: str | None) -> Canned:
    """The answer with other headers; underscores for hyphens, None takes one away."""
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    return Canned(
        status=canned.status, body=canned.body, raw=canned.raw, headers={**canned.headers, **changes}
    )


FORBIDDEN: list[tuple[str, Rule, Canned]] = [
    ("200 from no SDK", Rule.NOT_FROM_AN_SDK, with_headers(done(), x_inngest_sdk=None)),
    ("206 from no SDK", Rule.NOT_FROM_AN_SDK, with_headers(ops(ran("a")), x_inngest_sdk=None)),
    ("202", Rule.STATUS, Canned(status=202)),
    ("redirect", Rule.STATUS, Canned(status=302)),
    ("HTML of an SDK", Rule.CONTENT_TYPE, with_headers(done(), content_type="text/html")),
    ("no content type", Rule.CONTENT_TYPE, with_headers(done(), content_type=None)),
    ("no JSON", Rule.JSON, Canned(raw=b"{")),
    ("empty body", Rule.JSON, Canned(raw=b"")),
    ("NaN", Rule.JSON, Canned(raw=b"NaN")),
    ("infinity", Rule.JSON, Canned(raw=b"[-Infinity]")),
    ("a name twice", Rule.JSON, Canned(raw=b'{"a": 1, "a": 2}')),
    ("not UTF-8", Rule.JSON, Canned(raw=b'"\xff"')),
    ("unsigned", Rule.UNSIGNED, with_headers(done(), x_inngest_signature=None)),
    ("unsigned error", Rule.UNSIGNED, with_headers(broken(), x_inngest_signature=None)),
    ("another signature", Rule.SIGNATURE, with_headers(done(), x_inngest_signature=f"t=1&s={'0' * 64}")),
    ("malformed signature", Rule.SIGNATURE, with_headers(done(), x_inngest_signature="s=1")),
    ("SDK without version", Rule.SDK, with_headers(done(), x_inngest_sdk="inngest-py")),
    ("no request version", Rule.REQUEST_VERSION, with_headers(done(), x_inngest_req_version=None)),
    ("odd request version", Rule.REQUEST_VERSION, with_headers(done(), x_inngest_req_version="two")),
    ("no-retry false", Rule.NO_RETRY, broken(x_inngest_no_retry="false")),
    ("no-retry on a success", Rule.NO_RETRY, with_headers(done(), x_inngest_no_retry="true")),
    ("Retry-After nonsense", Rule.RETRY_AFTER, broken(retry_after="soon")),
    ("Retry-After no date", Rule.RETRY_AFTER, broken(retry_after="in a little while")),
    ("Retry-After on a success", Rule.RETRY_AFTER, with_headers(done(), retry_after="5")),
    ("error as text", Rule.ERROR_SHAPE, Canned(status=500, body="boom")),
    ("error without message", Rule.ERROR_SHAPE, Canned(status=500, body={"code": "c"})),
    ("error with more", Rule.ERROR_SHAPE, Canned(status=500, body={**ERROR, "extra": 1})),
    ("error with a number", Rule.ERROR_SHAPE, Canned(status=500, body={**ERROR, "message": 1})),
    ("206 with an object", Rule.NOT_A_LIST, Canned(status=206, body=ran("a"))),
    ("206 with null", Rule.NOT_A_LIST, Canned(status=206)),
    ("206 with texts", Rule.NOT_A_LIST, Canned(status=206, body=["StepRun"])),
    ("unknown op", Rule.UNKNOWN_OP, ops(op("StepSkip", "a"))),
    ("op null", Rule.UNKNOWN_OP, ops(op("StepRun", "a", op=None))),
    *(
        (f"{kind} without {field}", Rule.MISSING_FIELD, ops({**made, field: ...}))
        for kind, made in {
            "step": ran("a"),
            "error": failed("a"),
            "failed": failed("a", final=True),
            "plan": planned("a"),
            "sleep": op("Sleep", "a", name="2026-11-23T20:00:00Z"),
        }.items()
        for field in made
    ),
    ("wait without time-out", Rule.MISSING_FIELD, ops(op("WaitForEvent", "a", opts={}))),
    ("op with more", Rule.EXTRA_FIELD, ops(ran("a", extra=1))),
    ("plan with an error", Rule.EXTRA_FIELD, ops(planned("a", error=ERROR))),
    ("options with more", Rule.EXTRA_FIELD, ops(ran("a", opts={"extra": 1}))),
    ("step's error with more", Rule.EXTRA_FIELD, ops(failed("a", error={**ERROR, "extra": 1}))),
    ("data and error", Rule.DATA_AND_ERROR, ops(ran("a", 1, error=ERROR))),
    ("error and data", Rule.DATA_AND_ERROR, ops(failed("a", data=1))),
    ("plan with data", Rule.FIELD_TYPE, ops(planned("a", data=1))),
    ("name is a number", Rule.FIELD_TYPE, ops(ran("a", name=1))),
    ("error is a text", Rule.FIELD_TYPE, ops(failed("a", error="boom"))),
    ("index is a text", Rule.FIELD_TYPE, ops(ran("a", userland={"id": "a", "index": "1"}))),
    ("sleep without a time", Rule.FIELD_TYPE, ops(op("Sleep", "a", name="soon"))),
    ("sleep without a zone", Rule.FIELD_TYPE, ops(op("Sleep", "a", name="2026-11-23T20:00:00"))),
    ("another step's id", Rule.STEP_ID, ops(ran("a", id=step_id("b")))),
    ("id as plain text", Rule.STEP_ID, ops(ran("a", id="a"))),
    ("one id twice", Rule.DUPLICATE_ID, ops(planned("a"), planned("a"))),
]


def whole(canned: Canned) -> Canned:
    """The answer, its ops without the fields that `...` marks."""
    if not isinstance(canned.body, list):
        return canned
    body = [
        {name: value for name, value in item.items() if value is not ...} if isinstance(item, dict) else item
        for item in canned.body
    ]
    return Canned(status=canned.status, body=body, headers=canned.headers, raw=canned.raw)


class TestForbidden:
    @pytest.mark.parametrize(
        ("rule", "canned"), [pytest.param(rule, canned, id=name) for name, rule, canned in FORBIDDEN]
    )
    def test_named(self, stage: MakeStage, rule: Rule, canned: Canned) -> None:
        """Each answer that the wire format does not allow is named by its rule."""
        s = stage([whole(canned)])
        s.engine.send([{"name": "e"}])
        with pytest.raises(ForbiddenAnswer) as caught:
            s.engine.run_until_idle()
        assert rule is caught.value.rule

    def test_known_step(self, stage: MakeStage) -> None:
        """A step whose memo the request carried may not run again."""
        s = stage([ops(ran("a")), ops(ran("a"))])
        s.engine.send([{"name": "e"}])
        with pytest.raises(ForbiddenAnswer) as caught:
            s.engine.run_until_idle()
        assert Rule.ALREADY_KNOWN is caught.value.rule

    @pytest.mark.parametrize(
        "canned",
        [
            pytest.param(ops(ran("b")), id="another"),
            pytest.param(ops(ran("a"), ran("c")), id="one more"),
            pytest.param(ops(), id="none"),
        ],
    )
    def test_not_the_target(self, stage: MakeStage, canned: Canned) -> None:
        """A targeted request is answered with its step and nothing else."""
        s = stage([ops(planned("a"), planned("b")), canned])
        s.engine.send([{"name": "e"}])
        with pytest.raises(ForbiddenAnswer) as caught:
            s.engine.run_until_idle()
        assert Rule.NOT_THE_TARGET is caught.value.rule

    def test_every_rule_has_a_case(self) -> None:
        """No rule stands without an answer that breaks it."""
        tested = {rule for _, rule, _ in FORBIDDEN} | {Rule.ALREADY_KNOWN, Rule.NOT_THE_TARGET}
        assert set(Rule) == tested


class TestAllowed:
    @pytest.mark.parametrize(
        "canned",
        [
            pytest.param(with_headers(done(), content_type="application/json; charset=utf-8"), id="charset"),
            pytest.param(done(None), id="null result"),
            pytest.param(done("text"), id="text result"),
            pytest.param(with_headers(done(), x_inngest_env="production"), id="our header"),
        ],
    )
    def test_completes(self, stage: MakeStage, canned: Canned) -> None:
        s = stage([canned])
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle()
        assert s.statuses() == ["completed"]

    def test_repeated_name(self, stage: MakeStage) -> None:
        """A further use of a name has its index in the id."""
        second = ran("a", id=step_id("a:1"), userland={"id": "a", "index": 1})
        s = stage([ops(ran("a")), ops(second), done()])
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle()
        assert [step_id("a"), step_id("a:1")] == list(s.canned.bodies[-1]["steps"])

    def test_unsigned_without_a_key(self, stage: MakeStage) -> None:
        """As with the dev server, nobody signs."""
        s = stage([done()], key=None)
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle()
        assert s.statuses() == ["completed"]
        assert signature.HEADER not in s.engine.exchanges[0].headers

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"code": "function_not_found", "message": "m", "name": "n"}, id="no stack"),
            pytest.param({"code": "server_kind_mismatch", "message": "m"}, id="no name"),
        ],
    )
    def test_short_errors(self, stage: MakeStage, body: dict[str, Any]) -> None:
        """What the SDK says when it does not come to the function."""
        s = stage([Canned(status=500, body=body), done()])
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle()
        assert s.attempts() == [0, 1]


class TestNotFromAnSdk:
    """Something in front of the app: a failure like any other, without a signature to check."""

    @pytest.mark.parametrize("status", [301, 401, 404, 500, 503])
    def test_retried(self, stage: MakeStage, status: int) -> None:
        wall = Canned(
            status=status,
            raw=b"<html>",
            headers={"x-inngest-sdk": None, "content-type": "text/html", signature.HEADER: None},
        )
        s = stage([wall, done()])
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle()
        assert (s.attempts(), s.statuses()) == ([0, 1], ["completed"])

    def test_may_say_when(self, stage: MakeStage) -> None:
        """A 503 with Retry-After, as our own route gives it, is called again then."""
        closed = Canned(status=503, body={}, headers={"x-inngest-sdk": None, "retry-after": "60"})
        s = stage([closed, done()])
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle()
        assert s.seconds() == [0, 60]

    def test_too_long(self) -> None:
        """Of an answer over 8 MiB the engine reads nothing."""
        raw = RawAnswer(status=200, headers={}, body=b" " * (8 * 1024 * 1024 + 1))
        answer = read_answer(raw, key=None, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert Failure(reason="response body is greater than the limit") == answer


class TestNotPlayed:
    @pytest.mark.parametrize(
        "canned",
        [
            pytest.param(Canned(status=201, body={}), id="streamed"),
            pytest.param(ops(op("InvokeFunction", "a")), id="invoke"),
            pytest.param(ops(op("AIGateway", "a")), id="gateway"),
        ],
    )
    def test_refused_loudly(self, stage: MakeStage, canned: Canned) -> None:
        """What is legal but not played here is no answer that passes by chance."""
        s = stage([canned])
        s.engine.send([{"name": "e"}])
        with pytest.raises(NotPlayed):
            s.engine.run_until_idle()
