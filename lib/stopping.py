"""Ending well: work asks here, between one piece and the next, whether its process was told to end."""

from typing import Final

from lib.errors import EverytickError

GRACE_MS: Final = 7_500
"""What runs has this long to end, unless whoever tells us to end says otherwise."""


class ToldToEnd(EverytickError):
    """Not begun: the process was told to end. The next tick does it."""

    code = "told_to_end"
    retriable = True


class Stopping:
    """Whether this process was told to end: one for each instance, told by whoever owns the process.

    Nothing is locked here, for a signal's handler may come between any two steps of the main thread.
    """

    def __init__(self) -> None:
        self._grace_ms: int | None = None

    def ask(self, *, grace_ms: int = GRACE_MS) -> None:
        """Begin no more work; what runs has `grace_ms` to end. It cannot be taken back."""
        self._grace_ms = grace_ms

    @property
    def asked(self) -> bool:
        """Whether no more work is to be begun."""
        return self._grace_ms is not None

    def check(self) -> None:
        """Raise ToldToEnd when no more work is to be begun."""
        if self.asked:
            raise ToldToEnd

    @property
    def grace_ms(self) -> int:
        """How long what runs is waited for, from the moment at which its waiting begins."""
        return GRACE_MS if self._grace_ms is None else self._grace_ms
