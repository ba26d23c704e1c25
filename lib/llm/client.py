"""The client of a language model: one question, one validated answer, by a deadline (domain §3)."""

import importlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import SecretStr, ValidationError

from lib.clock import Clock, Deadline
from lib.llm.completion import TOKENS_HELD, Said
from lib.llm.dialect import Dialect, strict_schema
from lib.llm.errors import LlmAnswerInvalid, LlmError, LlmNotInstalled, LlmTimedOut
from lib.llm.installed import llm_is_installed
from lib.llm.question import Answer, ModelUse, Question, Shape
from lib.log.events import LogEvent

FAULTS_TOLD: Final = 10
"""Faults of an answer that its repair is told about."""
ANSWER_REPEATED: Final = 8_000
"""Characters of a wrong answer that its repair is shown."""
THOUGHT: Final = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
"""What some models that reason put before their answer."""
FENCED: Final = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmOptions:
    """Which endpoint, and its bounds."""

    base_url: str
    """Up to and with the version, for instance `https://api.example.com/v1`."""
    api_key: SecretStr | None
    """None for an endpoint that asks for none."""
    model: str
    timeout_ms: int
    """For one question, its repair included."""
    max_output_tokens: int


class LlmClient:
    """Asks one endpoint. Safe to share between threads; each request has a connection of its own."""

    def __init__(self, options: LlmOptions, *, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._dialect = Dialect()
        """Replaced whole; two threads that learn at once may each ask once more than needed."""

    @property
    def model(self) -> str:
        """The model that is asked for."""
        return self._options.model

    def ask(self, question: Question[Shape], *, deadline: Deadline) -> Answer[Shape]:
        """The validated answer, by `deadline` and within LLM_TIMEOUT_MS. Raises LlmError.

        An answer that does not fit is sent back once with what is wrong. Nothing else is asked twice here:
        when to try again is the job's decision.
        """
        asking = _Asking(self._options.model, self._clock)
        try:
            load_library()
            value = self._answered(question, asking, deadline.at_most_ms(self._options.timeout_ms))
        except LlmError as error:
            _log.warning(LogEvent.LLM_FAILED, code=error.code, **asking.fields(question.key))
            raise
        _log.info(LogEvent.LLM_ANSWERED, **asking.fields(question.key))
        return Answer(value=value, use=asking.use(question.key))

    def _answered(self, question: Question[Shape], asking: "_Asking", deadline: Deadline) -> Shape:
        messages = [
            {"role": "system", "content": _with_schema(question)},
            {"role": "user", "content": question.data},
        ]
        said = self._exchange(question, messages, asking, deadline)
        try:
            return _shaped(question, said.text)
        except ValidationError as error:
            wrong = _faults(error)
        repaired = self._exchange(question, [*messages, *_repair(said.text, wrong)], asking, deadline)
        try:
            return _shaped(question, repaired.text)
        except ValidationError as error:
            told = ", ".join(sorted({item["type"] for item in error.errors(include_url=False)})[:FAULTS_TOLD])
        raise LlmAnswerInvalid(f"{LlmAnswerInvalid()} ({told})")

    def _exchange(
        self, question: Question[Shape], messages: list[dict[str, str]], asking: "_Asking", deadline: Deadline
    ) -> Said:
        """One answer; a feature that the endpoint refuses is left out from then on."""
        from lib.llm.endpoint import RefusedParameter, exchange  # noqa: PLC0415 - the extra, loaded before

        schema = strict_schema(question.shape.model_json_schema())
        key = self._options.api_key.get_secret_value() if self._options.api_key else None
        dialect = self._dialect
        while True:
            if deadline.passed:
                raise LlmTimedOut
            asking.requests += 1
            limits = dialect.parameters(schema, max_output_tokens=self._options.max_output_tokens)
            body = {"model": self._options.model, "messages": messages, **limits}
            try:
                said = exchange(
                    self._options.base_url, key, body, dialect, clock=self._clock, deadline=deadline
                )
            except RefusedParameter as refused:
                dialect = refused.without  # each has fewer features: this ends
                continue
            self._dialect = dialect
            asking.hear(said)
            return said


def load_library() -> None:
    """Import what speaks to endpoints, once: a second that no question's time pays for."""
    if not llm_is_installed():
        raise LlmNotInstalled
    importlib.import_module("lib.llm.endpoint")


class _Asking:
    """What one question costs while it is being asked."""

    def __init__(self, model: str, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._since = clock.monotonic()
        self._input: int | None = None
        self._output: int | None = None
        self.requests = 0

    def hear(self, said: Said) -> None:
        """Add what one answer cost."""
        self._model = said.model or self._model
        self._input = _sum(self._input, said.input_tokens)
        self._output = _sum(self._output, said.output_tokens)

    def use(self, key: str) -> ModelUse:
        """What it came to."""
        return ModelUse(
            key=key,
            model=self._model,
            input_tokens=self._input,
            output_tokens=self._output,
            latency_ms=round((self._clock.monotonic() - self._since) * 1000),
            requests=self.requests,
        )

    def fields(self, key: str) -> dict[str, Any]:
        """The same for a log line."""
        use = self.use(key)
        return {
            "prompt": use.key,
            "model": use.model,
            "input_tokens": use.input_tokens,
            "output_tokens": use.output_tokens,
            "latency_ms": use.latency_ms,
            "requests": use.requests,
        }


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else min((one or 0) + (other or 0), TOKENS_HELD)


def _with_schema(question: Question[Shape]) -> str:
    """The instructions with the answer's schema, for endpoints that take none, and for limits."""
    schema = json.dumps(question.shape.model_json_schema(), separators=(",", ":"))
    return (
        f"{question.instructions}\n\nAnswer with one JSON object and nothing else. Its JSON Schema:\n{schema}"
    )


def _shaped(question: Question[Shape], text: str) -> Shape:
    thought = THOUGHT.match(text)
    said = text[thought.end() :] if thought else text
    fenced = FENCED.fullmatch(said)
    return question.shape.model_validate_json(fenced[1] if fenced else said, context=dict(question.facts))


def _faults(error: ValidationError) -> str:
    items = error.errors(include_url=False, include_input=False, include_context=False)[:FAULTS_TOLD]
    return "\n".join(
        f"- {'.'.join(map(str, item['loc']))[:100] or 'answer'}: {item['msg'][:200]}" for item in items
    )


def _repair(wrong: str, faults: str) -> list[dict[str, str]]:
    return [
        {"role": "assistant", "content": wrong[:ANSWER_REPEATED]},
        {
            "role": "user",
            "content": "That answer does not fit the schema:\n"
            f"{faults}\nAnswer again, with one JSON object that fits and nothing else.",
        },
    ]
