"""When the engine calls a failed step again, as far as it can be known (inngest-wire §2)."""

from typing import Final

DELAYS_S: Final = (15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200)
"""By the failed attempt's index; the last stands for all later ones."""
JITTER_S: Final = 30
"""What the engine adds at most."""


def latest_retry_s(attempt: int) -> int:
    """Seconds until the engine has called again at the latest, after the failure of `attempt` (from 0)."""
    return DELAYS_S[min(attempt, len(DELAYS_S) - 1)] + JITTER_S
