"""The client that the settings ask for."""

from lib.clock import Clock
from lib.llm.client import LlmClient, LlmOptions
from lib.settings import Settings


def llm_client(settings: Settings, clock: Clock) -> LlmClient | None:
    """The client of the model that is configured; None where none is. Nothing connects here."""
    if settings.llm_base_url is None or settings.llm_model is None:
        return None
    return LlmClient(
        LlmOptions(
            base_url=settings.llm_base_url,
            api_key=settings.llm_api_key,
            model=settings.llm_model,
            timeout_ms=settings.llm_timeout_ms,
            max_output_tokens=settings.llm_max_output_tokens,
        ),
        clock=clock,
    )
