"""The stages of a cutover: which share of the windows goes to Inngest, one after the other (design §10)."""

from typing import Final

STAGES: Final = (5, 25, 100)
"""Percents. At 5 little can go wrong and a sample comes together within a working day; at 25 durable work
meets what only a load shows; 100 is the cutover."""


def next_stage(percent: int) -> int | None:
    """The stage after `percent`, which may lie between two; None at the last."""
    return next((stage for stage in STAGES if stage > percent), None)
