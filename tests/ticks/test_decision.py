import pytest

from lib.ticks.decision import DispatchControl, TickFacts, TickMode, decide

AUTO, INLINE, INNGEST = DispatchControl.AUTO, DispatchControl.INLINE, DispatchControl.INNGEST


class TestDecide:
    @pytest.mark.parametrize(
        ("use_inngest", "usable", "control", "reason", "degraded"),
        [
            pytest.param(False, False, AUTO, "flag_off", False, id="the default"),
            pytest.param(False, True, INNGEST, "flag_off", False, id="flag false wins over everything"),
            pytest.param(True, True, INLINE, "control_inline", False, id="an operator said inline"),
            pytest.param(True, False, INLINE, "control_inline", False, id="inline was wanted anyway"),
            pytest.param(True, False, AUTO, "inngest_unusable", True, id="a wrong key is no dead zone"),
            pytest.param(True, True, AUTO, "inngest_unusable", True, id="no sender in this version"),
        ],
    )
    def test_precedence_of_the_levers(
        self, *, use_inngest: bool, usable: bool, control: DispatchControl, reason: str, degraded: bool
    ) -> None:
        """Design §5, as far as this version has levers."""
        decision = decide(TickFacts(use_inngest=use_inngest, inngest_usable=usable, control=control))
        assert (decision.mode, decision.reason, decision.degraded) == (TickMode.INLINE, reason, degraded)
