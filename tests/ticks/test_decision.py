from typing import Any

import pytest

from lib.ticks.decision import DispatchControl, Handover, TickFacts, after_handover, decide

AUTO, INLINE, INNGEST = DispatchControl.AUTO, DispatchControl.INLINE, DispatchControl.INNGEST


def facts(**changes: Any) -> TickFacts:
    """Everything speaks for Inngest, but for `changes`."""
    asked: dict[str, Any] = {
        "use_inngest": True,
        "inngest_usable": True,
        "control": AUTO,
        "percent": 100,
        "in_canary": True,
    }
    return TickFacts(**asked | changes)


class TestDecide:
    @pytest.mark.parametrize(
        ("control", "mode", "reason"),
        [
            pytest.param(AUTO, "inline", "outside_canary", id="not this window"),
            pytest.param(INNGEST, "inngest", "enabled", id="an operator forces it"),
            pytest.param(INLINE, "inline", "control_inline", id="inline was wanted anyway"),
        ],
    )
    def test_outside_the_canary(self, control: DispatchControl, mode: str, reason: str) -> None:
        """Asked for, so nothing is degraded."""
        decision = decide(facts(control=control, percent=5, in_canary=False))
        assert (decision.mode, decision.reason, decision.degraded) == (mode, reason, False)

    @pytest.mark.parametrize(
        ("use_inngest", "usable", "control", "mode", "reason", "degraded"),
        [
            pytest.param(False, False, AUTO, "inline", "flag_off", False, id="the default"),
            pytest.param(False, True, INNGEST, "inline", "flag_off", False, id="flag false wins over all"),
            pytest.param(True, True, INLINE, "inline", "control_inline", False, id="an operator said inline"),
            pytest.param(
                True, False, INLINE, "inline", "control_inline", False, id="inline was wanted anyway"
            ),
            pytest.param(
                True, False, AUTO, "inline", "inngest_unusable", True, id="a wrong key is no dead zone"
            ),
            pytest.param(True, False, INNGEST, "inline", "inngest_unusable", True, id="force makes no key"),
            pytest.param(True, True, AUTO, "inngest", "enabled", False, id="the flag alone"),
            pytest.param(True, True, INNGEST, "inngest", "enabled", False, id="an operator said inngest"),
        ],
    )
    def test_precedence_of_the_levers(
        self,
        *,
        use_inngest: bool,
        usable: bool,
        control: DispatchControl,
        mode: str,
        reason: str,
        degraded: bool,
    ) -> None:
        """Design §5, as far as this version has levers."""
        decision = decide(facts(use_inngest=use_inngest, inngest_usable=usable, control=control))
        assert (decision.mode, decision.reason, decision.degraded) == (mode, reason, degraded)


class TestAfterHandover:
    @pytest.mark.parametrize(
        ("handover", "mode", "reason"),
        [
            (Handover.ACCEPTED, "inngest", "enabled"),
            (Handover.DUPLICATE, "duplicate", "already_dispatched"),
            (Handover.FAILED, "inline-fallback", "enqueue_failed"),
        ],
    )
    def test_what_the_tick_does_next(self, handover: Handover, mode: str, reason: str) -> None:
        decided = decide(facts())
        then = after_handover(decided, handover)
        assert (then.mode, then.reason, then.facts) == (mode, reason, decided.facts)
