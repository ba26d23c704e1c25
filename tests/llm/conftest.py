"""A client for a stub endpoint."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from lib.clock import Clock, Deadline, SystemClock
from lib.llm.client import LlmClient, LlmOptions

KEY = "sk-hunter2hunter2"


@pytest.fixture
def client_of() -> Callable[..., LlmClient]:
    """Clients of the endpoint at an address."""

    def build(address: str, *, timeout_ms: int = 20_000, clock: Clock | None = None) -> LlmClient:
        return LlmClient(
            LlmOptions(
                base_url=f"{address}/v1",
                api_key=SecretStr(KEY),
                model="stub",
                timeout_ms=timeout_ms,
                max_output_tokens=500,
            ),
            clock=clock or SystemClock(),
        )

    return build


@pytest.fixture
def deadline() -> Deadline:
    return Deadline.after_ms(SystemClock(), 30_000)
