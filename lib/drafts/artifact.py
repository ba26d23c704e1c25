"""What a pipeline run keeps of each stage (domain §1, §3)."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

PAYLOAD_CAP_BYTES: Final = 32_768
"""A payload larger than this is replaced by a note with its size (domain §1)."""


class Stage(StrEnum):
    """The stages of a run; the stored words."""

    DRAFT_STRATEGY = "draft_strategy"
    DRAFT_GENERATION = "draft_generation"
    DRAFT_VERIFIER = "draft_verifier"
    MEETING_OVERSEER_EXTRACT = "meeting_overseer_extract"
    MEETING_OVERSEER_GATE = "meeting_overseer_gate"
    AUTO_SEND_EVALUATION = "auto_send_evaluation"
    MEMORY_PROPOSAL = "memory_proposal"
    FINAL_DRAFT = "final_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One stage's outcome."""

    stage: Stage
    payload: dict[str, Any]
    """JSON, camelCase."""
    text: str | None = None
    """The text that the stage made; None when it made none."""
    prompt_key: str | None = None
    model: str | None = None
    """Who did it; None for code alone."""
    input_tokens: int | None = None
    """Of every request that it took; None when nobody was asked, or the endpoint does not count."""
    output_tokens: int | None = None
    latency_ms: int | None = None
    iteration: int = 0


def storable_payload(payload: dict[str, Any]) -> dict[str, Any]:
    """`payload` as it may be stored: without NUL characters, or a note of its size when it is too large."""
    clean: dict[str, Any] = _without_nul(payload)
    size = len(json.dumps(clean, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > PAYLOAD_CAP_BYTES:
        return {"omitted": "payload_too_large", "sizeBytes": size, "capBytes": PAYLOAD_CAP_BYTES}
    return clean


def _without_nul(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {_without_nul(key): _without_nul(held) for key, held in value.items()}
        case list() | tuple():
            return [_without_nul(held) for held in value]
        case _:
            return value
