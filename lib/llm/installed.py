"""Whether the packages of the extra `llm` are there, without importing any."""

import importlib.util
from typing import Final

LIBRARY: Final = "openai"
"""The package that the extra names; what it needs comes with it."""


def llm_is_installed() -> bool:
    """Whether a model can be asked by this installation."""
    return importlib.util.find_spec(LIBRARY) is not None
