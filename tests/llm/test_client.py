"""Tests of lib/llm/client.py, against endpoints that are there and misbehave."""

import contextlib
import gc
import logging
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import BaseModel, ConfigDict, Field

from lib.clock import Deadline, SystemClock
from lib.llm import errors
from lib.llm.client import LlmClient
from lib.llm.completion import TOKENS_HELD
from lib.llm.errors import LlmError, LlmNotInstalled, LlmUnreachable
from lib.llm.question import Question
from tests.llm.conftest import KEY
from tests.llm.endpoints import GOOD, MISBEHAVING, answers, completion, refuses, says_json, without
from tests.ticks.event_apis import event_api, silent

Clients = Callable[..., LlmClient]


class City(BaseModel):
    model_config = ConfigDict(extra="forbid")

    city: str = Field(max_length=40)
    people: int


POISONED = (
    *("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"),
    *("OPENAI_WEBHOOK_SECRET", "OPENAI_API_TYPE", "AZURE_OPENAI_ENDPOINT"),
    *("HTTP_PROXY", "http_proxy", "ALL_PROXY", "SSL_CERT_FILE"),
)
QUESTION = Question(
    key="test.city.v1", instructions="Which city?", data='{"mail": "the one with the tower"}', shape=City
)


class TestAnAnswer:
    def test_is_validated_and_accounted_for(self, client_of: Clients, deadline: Deadline) -> None:
        with event_api(answers(GOOD)) as endpoint:
            answer = client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert answer.value == City(city="Paris", people=2_100_000)
        assert answer.use.key == "test.city.v1"
        assert answer.use.model == "stub-1"
        assert (answer.use.input_tokens, answer.use.output_tokens) == (30, 12)
        assert answer.use.requests == 1
        assert answer.use.latency_ms >= 0

    def test_what_is_sent(self, client_of: Clients, deadline: Deadline) -> None:
        """The data is the user's part alone; nothing of this machine goes along."""
        with event_api(answers(GOOD)) as endpoint:
            client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        (request,) = endpoint.heard
        assert request.line == "POST /v1/chat/completions HTTP/1.1"
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert not [name for name in request.headers if name.startswith("x-")]
        system, user = request.body["messages"]
        assert user == {"role": "user", "content": QUESTION.data}
        assert system["role"] == "system"
        assert system["content"].startswith("Which city?")
        assert request.body["model"] == "stub"
        assert request.body["max_completion_tokens"] == 500
        assert request.body["response_format"]["json_schema"]["strict"] is True

    @pytest.mark.parametrize(
        "said",
        [
            '```json\n{"city": "Rome", "people": 1}\n```',
            '<think>\n{"city": "Oslo"}?\n</think>\n\n{"city": "Rome", "people": 1}',
            '\n {"city": "Rome", "people": 1} \n',
        ],
    )
    def test_in_other_clothes_is_taken(self, said: str, client_of: Clients, deadline: Deadline) -> None:
        with event_api(answers(said)) as endpoint:
            answer = client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert (answer.value.city, answer.use.requests) == ("Rome", 1)

    def test_can_be_stored_with_its_models_name(self, client_of: Clients, deadline: Deadline) -> None:
        with event_api(says_json({**completion(GOOD), "model": "st\x00ub\n" + "x" * 500})) as endpoint:
            named = client_of(endpoint.address).ask(QUESTION, deadline=deadline).use.model
        assert named.startswith("stub x")
        assert len(named) == 200

    def test_takes_nothing_from_the_environment(
        self,
        client_of: Clients,
        deadline: Deadline,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The library reads variables of its own: none changes where a mail goes, or with which key."""
        with event_api(answers(GOOD)) as endpoint:
            client_of(endpoint.address).ask(QUESTION, deadline=deadline)
            for name in POISONED:
                monkeypatch.setenv(name, "http://127.0.0.1:1/poison")
            monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Poison: yes")
            monkeypatch.setenv("OPENAI_LOG", "debug")
            with caplog.at_level(logging.DEBUG):
                client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        clean, poisoned = endpoint.heard
        assert poisoned == clean
        assert QUESTION.data not in caplog.text

    def test_without_counts(self, client_of: Clients, deadline: Deadline) -> None:
        """Endpoints of one's own often count nothing and name no model."""
        said = {"choices": completion(GOOD)["choices"]}
        with event_api(says_json(said)) as endpoint:
            use = client_of(endpoint.address).ask(QUESTION, deadline=deadline).use
        assert (use.model, use.input_tokens, use.output_tokens) == ("stub", None, None)

    def test_of_more_tokens_than_are_held(
        self, client_of: Clients, deadline: Deadline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each count fits its column, and so does their sum: the run could not be stored otherwise."""
        most = {"prompt_tokens": TOKENS_HELD, "completion_tokens": TOKENS_HELD}
        monkeypatch.setattr("tests.llm.endpoints.USAGE", most)
        with event_api(answers("{}", GOOD)) as endpoint:
            use = client_of(endpoint.address).ask(QUESTION, deadline=deadline).use
        assert (use.requests, use.input_tokens, use.output_tokens) == (2, TOKENS_HELD, TOKENS_HELD)


def test_a_resolver_that_hangs_is_left_behind(client_of: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows no time-out of its own, and a question has a deadline for all of it."""
    let_go = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [let_go.wait(10)])
    client = client_of("https://model.example/v1")
    started = time.monotonic()
    try:
        with pytest.raises(errors.LlmTimedOut):
            client.ask(QUESTION, deadline=Deadline.after_ms(SystemClock(), 200))
    finally:
        let_go.set()
    assert time.monotonic() - started < 5


class TestRepair:
    def test_once_with_what_is_wrong(self, client_of: Clients, deadline: Deadline) -> None:
        """The second request carries the first answer and its faults; both are paid for."""
        with event_api(answers('{"city": "Paris"', GOOD)) as endpoint:
            answer = client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert answer.value.city == "Paris"
        assert (answer.use.requests, answer.use.input_tokens, answer.use.output_tokens) == (2, 60, 24)
        *_, wrong, told = endpoint.heard[1].body["messages"]
        assert wrong == {"role": "assistant", "content": '{"city": "Paris"'}
        assert "EOF" in told["content"]

    def test_of_a_limit_that_no_schema_told(self, client_of: Clients, deadline: Deadline) -> None:
        long = {**GOOD, "city": "x" * 41}
        with event_api(answers(long, GOOD)) as endpoint:
            assert client_of(endpoint.address).ask(QUESTION, deadline=deadline).value.city == "Paris"
        assert "- city: " in endpoint.heard[1].body["messages"][-1]["content"]

    def test_not_twice(self, client_of: Clients, deadline: Deadline) -> None:
        with event_api(answers("no", "no", GOOD)) as endpoint:
            with pytest.raises(errors.LlmAnswerInvalid):
                client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert len(endpoint.heard) == 2


class TestMisbehaviour:
    @pytest.mark.parametrize("what", MISBEHAVING)
    def test_each_has_its_typed_outcome(self, what: str, client_of: Clients, deadline: Deadline) -> None:
        """By the deadline, whatever it does; and never with the key, or what the endpoint said, in it."""
        script, code = MISBEHAVING[what]
        patience = 500 if code == "llm_timed_out" else 20_000
        with event_api(script) as endpoint:
            began = time.monotonic()
            with structlog.testing.capture_logs() as logged, pytest.raises(LlmError) as caught:
                client_of(endpoint.address, timeout_ms=patience).ask(QUESTION, deadline=deadline)
        assert caught.value.code == code
        assert time.monotonic() - began < patience / 1000 + 5
        shown = f"{caught.value!r} {caught.value.__cause__!r} {logged}"
        assert KEY not in shown
        assert endpoint.address not in shown
        assert "Incorrect" not in shown
        (line,) = [one for one in logged if one["event"] == "llm.failed"]
        assert (line["code"], line["prompt"]) == (code, "test.city.v1")

    @pytest.mark.parametrize(
        "what", ["500", "401", "reset", "never answers", "cuts its answer", "HTML", "huge body"]
    )
    def test_an_error_holds_nobody(self, what: str, client_of: Clients, deadline: Deadline) -> None:
        """No cycle: what a failed job had goes with its error, not whenever the collector comes by."""
        gc.collect()
        gc.disable()
        try:
            with event_api(MISBEHAVING[what][0]) as endpoint:
                client = client_of(endpoint.address, timeout_ms=300 if what == "never answers" else 20_000)
                with contextlib.suppress(LlmError):
                    client.ask(QUESTION, deadline=deadline)
            gone = weakref.ref(client)
            del client
            assert gone() is None
        finally:
            gc.enable()

    def test_nobody_is_there(self, client_of: Clients, deadline: Deadline) -> None:
        with event_api(silent) as gone:
            address = gone.address
        with pytest.raises(LlmUnreachable):
            client_of(address).ask(QUESTION, deadline=deadline)

    def test_the_callers_deadline_is_kept_too(self, client_of: Clients) -> None:
        with event_api(silent) as endpoint, pytest.raises(errors.LlmTimedOut):
            client_of(endpoint.address).ask(QUESTION, deadline=Deadline.after_ms(SystemClock(), 300))

    def test_no_time_left(self, client_of: Clients) -> None:
        """Then nothing is asked, and nothing is paid."""
        with event_api(answers(GOOD)) as endpoint, pytest.raises(errors.LlmTimedOut):
            client_of(endpoint.address).ask(QUESTION, deadline=Deadline.after_ms(SystemClock(), 0))
        assert endpoint.heard == []

    def test_a_repair_does_not_prolong(self, client_of: Clients, deadline: Deadline) -> None:
        """A wrong answer, then none: the deadline holds for both."""
        with event_api(lambda call: (answers("no") if call.number == 1 else silent)(call)) as endpoint:
            with pytest.raises(errors.LlmTimedOut):
                client_of(endpoint.address, timeout_ms=700).ask(QUESTION, deadline=deadline)

    def test_the_library_logs_no_key(
        self, client_of: Clients, deadline: Deadline, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with event_api(refuses("401 Unauthorized")) as endpoint, pytest.raises(LlmError):
            client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert KEY not in caplog.text

    def test_without_the_extra(
        self, client_of: Clients, deadline: Deadline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No ImportError: what is missing, and what to install."""
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(LlmNotInstalled, match=r"requirements-llm\.txt"):
            client_of("http://127.0.0.1:1").ask(QUESTION, deadline=deadline)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            pytest.param("Retry-After: 90\r\n", timedelta(seconds=90), id="seconds"),
            pytest.param(
                "Date: Mon, 02 Mar 2026 09:00:00 GMT\r\nRetry-After: Mon, 02 Mar 2026 09:02:30 GMT\r\n",
                timedelta(seconds=150),
                id="a date, by the endpoint's clock",
            ),
            pytest.param("", None, id="none"),
        ],
    )
    def test_is_kept_with_the_error(
        self, headers: str, expected: timedelta | None, client_of: Clients, deadline: Deadline
    ) -> None:
        with event_api(refuses("429 Too Many Requests", headers=headers)) as endpoint:
            with pytest.raises(errors.LlmBusy) as caught:
                client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert caught.value.retry_after == expected
        assert len(endpoint.heard) == 1


class TestDialect:
    @pytest.mark.parametrize(
        "features",
        [
            pytest.param(("json_schema",), id="no schema"),
            pytest.param(("json_schema", "json_object"), id="no format at all"),
            pytest.param(("max_completion_tokens",), id="the old limit"),
            pytest.param(("temperature",), id="no temperature"),
            pytest.param(
                ("temperature", "max_completion_tokens", "json_schema", "response_format"), id="nothing"
            ),
        ],
    )
    def test_what_an_endpoint_lacks_is_left_out_and_remembered(
        self, features: tuple[str, ...], client_of: Clients, deadline: Deadline
    ) -> None:
        with event_api(without(*features)) as endpoint:
            client = client_of(endpoint.address)
            assert client.ask(QUESTION, deadline=deadline).value.city == "Paris"
            asked = len(endpoint.heard)
            assert client.ask(QUESTION, deadline=deadline).use.requests == 1
        assert asked > 1
        assert '"people"' in endpoint.heard[-1].body["messages"][0]["content"]

    def test_another_refusal_is_one(self, client_of: Clients, deadline: Deadline) -> None:
        with event_api(refuses("400 Bad Request", message="context too long")) as endpoint:
            with pytest.raises(errors.LlmRequestRefused):
                client_of(endpoint.address).ask(QUESTION, deadline=deadline)
        assert len(endpoint.heard) == 1


class TestImport:
    def test_an_app_imports_the_library_with_its_first_question(self) -> None:
        """It costs a second, and is not there at all in a deployment without the extra."""
        code = (
            "import os, sys; os.environ.update(LLM_BASE_URL='https://llm.example/v1', LLM_MODEL='m');"
            "from lib.composition import compose; services = compose().services;"
            "sys.exit(services is None or services.llm is None or 'openai' in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])
