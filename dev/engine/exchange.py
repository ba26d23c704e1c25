"""The engine's log: every request that went out and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dev.engine import strict_json
from dev.engine.answer import RawAnswer
from dev.engine.request import EngineRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer."""

    at: datetime
    """When it went out, by the engine's clock."""
    request: EngineRequest
    headers: Mapping[str, str]
    """Of the request as it went out, signature included."""
    answer: RawAnswer | None
    """None: the request was lost on its way, or the app died over it."""
    fault: str | None
    """The fault that touched it; None: it went as it should."""

    @property
    def run_id(self) -> str:
        """The run it was made for."""
        return self.request.run_id

    @property
    def function_id(self) -> str:
        """The function that was called."""
        return self.request.function_id

    def answer_body(self) -> Any:
        """The answer's body as JSON, or as text where it is none; None without an answer."""
        if self.answer is None:
            return None
        try:
            return strict_json.loads(self.answer.body)
        except ValueError:
            return self.answer.body.decode()
