"""A chat completion as endpoints answer it, and the text in it."""

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from lib.inbox.storable_text import storable_line
from lib.llm.errors import LlmAnswerCut, LlmAnswerUnreadable, LlmDeclined

MODEL_LIMIT: Final = 200
"""Characters of a model's name."""
TOKENS_HELD: Final = 2**31 - 1
"""What the artifacts' columns hold; more is nonsense."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Message(_Part):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Part):
    message: _Message
    finish_reason: str | None = None


class _Usage(_Part):
    prompt_tokens: NonNegativeInt | None = None
    completion_tokens: NonNegativeInt | None = None


class _Completion(_Part):
    choices: list[_Choice]
    usage: _Usage | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a model said, in one exchange."""

    text: str
    model: str | None
    """None where the endpoint names none."""
    input_tokens: int | None
    """None where the endpoint does not count."""
    output_tokens: int | None


def said_in(body: bytes) -> Said:
    """The text in a completion's body. Raises LlmAnswerUnreadable, LlmAnswerCut or LlmDeclined."""
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        begun = body.lstrip().startswith(b"{")
        if begun and any(item["type"] == "json_invalid" for item in error.errors(include_url=False)):
            raise LlmAnswerCut("The model's endpoint ended its answer in the middle.") from None
        raise LlmAnswerUnreadable from None
    if not completion.choices:
        raise LlmAnswerUnreadable
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise LlmDeclined
    if choice.finish_reason == "length":
        raise LlmAnswerCut
    usage = completion.usage or _Usage()
    return Said(
        text=choice.message.content or "",
        model=storable_line(completion.model or "", MODEL_LIMIT),
        input_tokens=_held(usage.prompt_tokens),
        output_tokens=_held(usage.completion_tokens),
    )


def _held(count: int | None) -> int | None:
    return count if count is not None and count <= TOKENS_HELD else None
