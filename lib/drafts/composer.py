"""The port through which a draft is composed."""

from typing import Protocol

from lib.settings import Settings


class Composer(Protocol):
    """Composes a reply; the `template` implementation is the default."""


class _Unwritten:
    """Takes the composer's place until the template composer lands."""


def composer(_settings: Settings) -> Composer:
    """The composer that the settings ask for."""
    return _Unwritten()
