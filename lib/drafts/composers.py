"""Which composer and which gate the settings ask for: `llm` where a language model is configured."""

from lib.drafts.composer import Composer
from lib.drafts.gate import Gate, overseer_gate
from lib.drafts.llm_composer import LlmComposer
from lib.drafts.llm_gate import LlmGate
from lib.drafts.template_composer import TemplateComposer
from lib.llm.client import LlmClient


def composer(llm: LlmClient | None) -> Composer:
    """The composer (domain §3); `template` where no model is configured."""
    return TemplateComposer() if llm is None else LlmComposer(llm)


def gate(llm: LlmClient | None) -> Gate:
    """The gate; by rules alone where no model is configured."""
    return overseer_gate if llm is None else LlmGate(llm)
