"""Tests of lib/drafts/composers.py."""

from lib.drafts.composers import composer
from lib.drafts.template_composer import TemplateComposer
from lib.settings import read_settings


def test_the_template_composer_is_the_default() -> None:
    """Domain §3."""
    settings, _ = read_settings({})
    assert settings is not None
    assert isinstance(composer(settings), TemplateComposer)
