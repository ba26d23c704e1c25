"""Which composer the settings ask for."""

from lib.drafts.composer import Composer
from lib.drafts.template_composer import TemplateComposer
from lib.settings import Settings


def composer(_settings: Settings) -> Composer:
    """The composer that the settings ask for; `template` is the only one so far (domain §3)."""
    return TemplateComposer()
