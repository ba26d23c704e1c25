"""What is kept of an error: its class and a short, storable message, never a traceback."""

import traceback
from typing import Final

from lib.log.redaction import Redactor

LIMIT: Final = 500
"""Characters kept of a message."""


def describe_error(redactor: Redactor, error: BaseException) -> str:
    """`error` as `last_error` stores it; one whose own text fails is named by its class alone."""
    try:
        told = str(error)
    except Exception as fault:  # noqa: BLE001 - a handler's own class; the reason is kept in the text
        told = f"[its text failed with {type(fault).__name__}]"
    return f"{type(error).__name__}: {storable(redactor.text(told))}"


def storable(text: str) -> str:
    """`text` as PostgreSQL takes it (no NUL, no lone surrogates), shortened."""
    clean = text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    return clean if len(clean) <= LIMIT else clean[: LIMIT - 1] + "…"


def place_of(error: BaseException) -> str | None:
    """File and line that raised `error`, for the log; None when it was never raised."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None
