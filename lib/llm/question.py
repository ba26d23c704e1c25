"""What a model is asked, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[Shape]):
    """One question, whose answer has to have a shape."""

    key: str
    """The prompt's key with its version, for instance `draft.generation.v1`."""
    instructions: str
    """The system's part: ours alone, never a word of a stranger's."""
    data: str
    """The user's part: what the question is about, as data."""
    shape: type[Shape]
    """What the answer has to be; its limits are checked here, whatever the endpoint promises."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the shape's own checks may ask about: pydantic's validation context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What an answer cost."""

    key: str
    """The prompt's."""
    model: str
    """As the endpoint names it; as we asked for it where it names none."""
    input_tokens: int | None
    """Of every request that it took; None when the endpoint does not count."""
    output_tokens: int | None
    """The same."""
    latency_ms: int
    requests: int
    """1, and one more for a repair or for each feature that the endpoint turned out not to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[Shape]):
    """A validated answer."""

    value: Shape
    use: ModelUse
