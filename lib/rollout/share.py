"""Which share of the windows goes to Inngest now, and what keeps the share from deciding (design §5, §10)."""

from lib.rollout.controls import STEERING, Controls, DispatchControl
from lib.rollout.evidence import Obstacle
from lib.settings import Settings


def obstacle_of(settings: Settings, controls: Controls, *, usable: bool) -> Obstacle | None:
    """What keeps the share from deciding, by the precedence of a tick."""
    if not settings.background_jobs_use_inngest:
        return Obstacle.FLAG_OFF
    if controls.dispatch_mode is DispatchControl.INLINE:
        return Obstacle.MODE_INLINE
    if controls.unreadable & STEERING:
        return Obstacle.CONTROL_UNREADABLE
    if not usable:
        return Obstacle.INNGEST_UNUSABLE
    return Obstacle.MODE_INNGEST if controls.dispatch_mode is DispatchControl.INNGEST else None


def share_of(settings: Settings, controls: Controls, *, usable: bool) -> int:
    """The percentage of windows that goes, whoever decides it; breakers may keep some of them back."""
    match obstacle_of(settings, controls, usable=usable):
        case None:
            return controls.percent_within(settings.background_jobs_inngest_percent)
        case Obstacle.MODE_INNGEST:
            return 100
        case _:
            return 0
