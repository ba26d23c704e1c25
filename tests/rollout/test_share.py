"""Which share of the windows goes, and what keeps the share from deciding."""

import pytest

from lib.rollout.controls import ControlName, Controls, DispatchControl
from lib.rollout.evidence import Obstacle
from lib.rollout.share import obstacle_of, share_of
from lib.settings import Settings

ON = Settings(background_jobs_use_inngest=True, background_jobs_inngest_percent=50)
OFF = Settings()
AUTO, INLINE, INNGEST = DispatchControl


@pytest.mark.parametrize(
    ("settings", "controls", "usable", "obstacle", "share"),
    [
        pytest.param(ON, Controls(), True, None, 50, id="the environment's"),
        pytest.param(ON, Controls(dispatch_percent=5), True, None, 5, id="the operator's"),
        pytest.param(ON, Controls(dispatch_percent=80), True, None, 50, id="capped"),
        pytest.param(OFF, Controls(dispatch_mode=INNGEST), True, Obstacle.FLAG_OFF, 0, id="the flag wins"),
        pytest.param(ON, Controls(dispatch_mode=INLINE), False, Obstacle.MODE_INLINE, 0, id="back"),
        pytest.param(ON, Controls(), False, Obstacle.INNGEST_UNUSABLE, 0, id="no keys"),
        pytest.param(
            ON, Controls(dispatch_mode=INNGEST), False, Obstacle.INNGEST_UNUSABLE, 0, id="forced, no keys"
        ),
        pytest.param(ON, Controls(dispatch_mode=INNGEST), True, Obstacle.MODE_INNGEST, 100, id="forced"),
        pytest.param(
            ON,
            Controls(unreadable=frozenset({ControlName.DISPATCH_PERCENT})),
            True,
            Obstacle.CONTROL_UNREADABLE,
            0,
            id="unreadable",
        ),
    ],
)
def test_the_share(
    settings: Settings, controls: Controls, *, usable: bool, obstacle: Obstacle | None, share: int
) -> None:
    assert obstacle_of(settings, controls, usable=usable) == obstacle
    assert share_of(settings, controls, usable=usable) == share
