"""Which windows go to Inngest while only a share of them may (design §10)."""

from typing import Final

from lib.ticks.window import Window

SPAN: Final = 2**64
STEP: Final = 11_400_714_819_323_198_485
"""2^64 over the golden ratio, odd: its multiples spread over the span as evenly as can be, at any length."""
UNITS: Final = 10**12
"""A draw's units: so few that a share in whole percents is compared exactly, in JSON and in SQL too."""


def draw(window: Window) -> float:
    """The number of `window` in [0, 1), `frac(index x 0.618...)`, to 12 decimals.

    A golden-ratio sequence on the window's index: at 5 % always 9 to 12 of 200 windows in a row, no gap over
    34, where a hash gives 0 to 23 and gaps of 211.
    """
    index = int(window.start.timestamp()) // window.seconds
    return (index * STEP % SPAN * UNITS // SPAN) / UNITS


def is_in_canary(drawn: float, percent: int) -> bool:
    """Whether the window that drew `drawn` is among the `percent` of all windows.

    Raising the percentage keeps what was in.
    """
    return drawn < percent / 100
