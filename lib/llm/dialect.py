"""What an endpoint understands: "OpenAI-compatible" is said of many that each lack something else."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

UNDERSTOOD: Final = frozenset({400, 404, 415, 422, 501})
"""The statuses by which endpoints refuse a parameter."""
DROPPED: Final = frozenset(
    {
        "title", "default", "description", "minLength", "maxLength", "pattern", "format", "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
    }
)  # fmt: skip
"""Words of a schema that strict endpoints refuse; what they mean is checked here anyway."""


class AnswerFormat(StrEnum):
    """How the answer's form is asked for, the surest first."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    WORDS = "text"
    """By the instructions alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The parameters that are sent to one endpoint; learnt from its refusals, kept for the process's life."""

    answer_format: AnswerFormat = AnswerFormat.SCHEMA
    limit_name: str = "max_completion_tokens"
    """Older endpoints know `max_tokens` only."""
    temperature: bool = True
    """Whether it may be set; models that reason refuse it."""

    def parameters(self, schema: dict[str, Any], *, max_output_tokens: int) -> dict[str, Any]:
        """What goes with the messages, for an answer that fits `schema`."""
        found: dict[str, Any] = {self.limit_name: max_output_tokens}
        if self.temperature:
            found["temperature"] = 0
        if self.answer_format is AnswerFormat.SCHEMA:
            named = {"name": "answer", "strict": True, "schema": schema}
            found["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self.answer_format is AnswerFormat.OBJECT:
            found["response_format"] = {"type": "json_object"}
        return found

    def after_refusal(self, status: int, said: str) -> "Dialect | None":
        """The dialect without what the endpoint's words name; None when they name nothing of it."""
        if status not in UNDERSTOOD:
            return None
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.limit_name == "max_completion_tokens" and "max_completion_tokens" in said:
            return replace(self, limit_name="max_tokens")
        if self.answer_format is AnswerFormat.SCHEMA and _names_format(said):
            return replace(self, answer_format=AnswerFormat.OBJECT)
        if self.answer_format is AnswerFormat.OBJECT and _names_format(said):
            return replace(self, answer_format=AnswerFormat.WORDS)
        return None


def _names_format(said: str) -> bool:
    return any(word in said for word in ("response_format", "json_schema", "json_object", "schema"))


def strict_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A pydantic schema as strict endpoints take it: every field required, nothing beside, no limits."""
    clean: dict[str, Any] = _clean(schema)
    return clean


def _clean(part: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    match part:
        case {"properties": dict(properties)}:
            return {
                **{key: _clean(held) for key, held in part.items() if key not in DROPPED | {"properties"}},
                "properties": {name: _clean(held) for name, held in properties.items()},
                "required": list(properties),
                "additionalProperties": False,
            }
        case dict():
            return {key: _clean(held) for key, held in part.items() if key not in DROPPED}
        case list():
            return [_clean(held) for held in part]
        case _:
            return part
