"""Tests of lib/drafts/composers.py."""

from collections.abc import Callable

from lib.composition import Composition
from lib.drafts.gate import overseer_gate
from lib.drafts.llm_composer import LlmComposer
from lib.drafts.llm_gate import LlmGate
from lib.drafts.template_composer import TemplateComposer
from lib.services import Services


def test_the_template_composer_is_the_default(services: Services) -> None:
    """Domain §3."""
    assert services.llm is None
    assert isinstance(services.composer, TemplateComposer)
    assert services.gate is overseer_gate


def test_a_model_that_is_configured_composes_and_oversees(composed: Callable[..., Composition]) -> None:
    services = composed(
        LLM_BASE_URL="https://llm.example/v1", LLM_MODEL="m", LLM_API_KEY="sk-12345678"
    ).services
    assert services is not None
    assert services.llm is not None
    assert services.llm.model == "m"
    assert isinstance(services.composer, LlmComposer)
    assert isinstance(services.gate, LlmGate)
    assert "sk-12345678" not in repr(services)
