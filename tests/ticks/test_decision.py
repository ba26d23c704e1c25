from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.rollout.controls import ControlName, DispatchControl
from lib.ticks.breaker import BreakerState
from lib.ticks.decision import (
    Handover,
    ResponsibilityFacts,
    TickFacts,
    after_handover,
    decide,
    without_probes,
)

AUTO, INLINE, INNGEST = DispatchControl.AUTO, DispatchControl.INLINE, DispatchControl.INNGEST


def facts(**changes: Any) -> TickFacts:
    """Everything speaks for Inngest, but for `changes`."""
    asked: dict[str, Any] = {
        "use_inngest": True,
        "inngest_usable": True,
        "control": AUTO,
        "percent": 100,
        "draw": 0.5,
        "in_canary": True,
        "responsibilities": {"process": ResponsibilityFacts(), "maintenance": ResponsibilityFacts()},
    }
    return TickFacts(**asked | changes)


def known(**changes: Any) -> ResponsibilityFacts:
    """A responsibility with `changes`."""
    if "breaker" in changes:
        changes["breaker"] = BreakerState(changes["breaker"])
    return ResponsibilityFacts(**changes)


def initials(names: frozenset[str]) -> str:
    """`m` for maintenance, `p` for process."""
    return "".join(sorted(name[0] for name in names))


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


MODE, PERCENT = ControlName.DISPATCH_MODE, ControlName.DISPATCH_PERCENT


class TestUnreadable:
    """A control that is set and cannot be read: the safe side, and the tick says so."""

    @pytest.mark.parametrize(
        ("unreadable", "changes", "mode", "reason"),
        [
            pytest.param({MODE}, {}, "inline", "control_unreadable", id="it may have said inline"),
            pytest.param({PERCENT}, {}, "inline", "control_unreadable", id="it may have said none"),
            pytest.param(
                {PERCENT}, {"control": INNGEST}, "inline", "control_unreadable", id="beside a force"
            ),
            pytest.param({PERCENT}, {"control": INLINE}, "inline", "control_inline", id="inline was said"),
            pytest.param({MODE}, {"use_inngest": False}, "inline", "flag_off", id="flag false wins over all"),
            pytest.param(
                {MODE}, {"inngest_usable": False}, "inline", "control_unreadable", id="no key either"
            ),
            pytest.param({MODE}, {"in_canary": False}, "inline", "control_unreadable", id="not this window"),
            pytest.param({ControlName.ROLLOUT_AUTO}, {}, "inngest", "enabled", id="says not where ticks go"),
            pytest.param({ControlName.JOBS_PAUSED}, {}, "inngest", "enabled", id="nor this one"),
            pytest.param(
                {ControlName.JOBS_PAUSED},
                {"in_canary": False},
                "inline",
                "outside_canary",
                id="inline as well",
            ),
        ],
    )
    def test_is_inline_and_degraded(
        self, unreadable: set[ControlName], changes: dict[str, Any], mode: str, reason: str
    ) -> None:
        decision = decide(facts(unreadable=frozenset(unreadable), **changes))
        assert (decision.mode, decision.reason, decision.degraded) == (mode, reason, True)

    @pytest.mark.parametrize("breaker", [*BreakerState])
    def test_goes_before_a_breaker(self, breaker: BreakerState) -> None:
        """A probe would be a send as well."""
        known_one = known(breaker=breaker, probe_due=True)
        decision = decide(facts(unreadable=frozenset({MODE}), responsibilities={"process": known_one}))
        assert (decision.reason, decision.send) == ("control_unreadable", frozenset())


class TestUnread:
    """The database is away: the environment decides, and the tick says so."""

    def test_what_goes_says_so(self) -> None:
        decision = decide(facts(controls_read=False))
        assert (decision.mode, decision.reason, decision.degraded) == ("inngest", "controls_unread", True)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [({"use_inngest": False}, "flag_off"), ({"in_canary": False}, "outside_canary")],
    )
    def test_what_stays_stays_for_its_own_reason(self, changes: dict[str, Any], reason: str) -> None:
        decision = decide(facts(controls_read=False, **changes))
        assert (decision.mode, decision.reason) == ("inline", reason)


class TestLaws:
    @given(
        use_inngest=st.booleans(),
        inngest_usable=st.booleans(),
        control=st.sampled_from(DispatchControl),
        in_canary=st.booleans(),
        controls_read=st.booleans(),
        unreadable=st.frozensets(st.sampled_from(ControlName)),
        breaker=st.sampled_from(BreakerState),
        probe_due=st.booleans(),
        unexecuted=st.integers(0, 1),
    )
    def test_nothing_is_sent_against_the_operators_word(
        self, *, breaker: BreakerState, probe_due: bool, unexecuted: int, **changes: Any
    ) -> None:
        """Nor where nobody can know it; and what is not sent is done."""
        one = ResponsibilityFacts(breaker=breaker, probe_due=probe_due, unexecuted=unexecuted)
        held = facts(responsibilities={"process": one}, **changes)
        decision = decide(held)
        if not held.use_inngest or held.control is INLINE or held.unreadable & {MODE, PERCENT}:
            assert not decision.send
        assert decision.send | decision.inline == {"process"}
        assert decision.degraded or not held.unreadable


CLOSED, OPEN, HALF_OPEN = ResponsibilityFacts(), known(breaker="open"), known(breaker="half_open")
DUE = known(breaker="open", probe_due=True)


class TestBreakers:
    @pytest.mark.parametrize(
        ("process", "maintenance", "mode", "reason", "send", "inline"),
        [
            pytest.param(OPEN, OPEN, "inline", "breaker_open", "", "mp", id="both open"),
            pytest.param(CLOSED, OPEN, "inline", "breaker_open", "p", "m", id="the other is still sent"),
            pytest.param(HALF_OPEN, OPEN, "inline", "breaker_open", "", "mp", id="one of each"),
            pytest.param(
                HALF_OPEN, CLOSED, "inline", "breaker_half_open", "m", "p", id="another window probes"
            ),
            pytest.param(DUE, CLOSED, "inngest", "breaker_probe", "mp", "", id="this one probes"),
            pytest.param(DUE, OPEN, "inline", "breaker_open", "p", "m", id="one probes, one may not yet"),
        ],
    )
    def test_each_responsibility_has_its_own(
        self,
        process: ResponsibilityFacts,
        maintenance: ResponsibilityFacts,
        mode: str,
        reason: str,
        send: str,
        inline: str,
    ) -> None:
        decision = decide(facts(responsibilities={"process": process, "maintenance": maintenance}))
        assert (decision.mode, decision.reason, decision.degraded) == (mode, reason, True)
        assert (initials(decision.send), initials(decision.inline)) == (send, inline)

    @pytest.mark.parametrize("breaker", [OPEN, HALF_OPEN, DUE])
    def test_goes_before_a_forced_inngest(self, breaker: ResponsibilityFacts) -> None:
        decision = decide(facts(control=INNGEST, responsibilities={"process": breaker}))
        assert decision.send == decision.probes

    def test_a_probe_goes_only_where_it_might_with_a_closed_breaker(self) -> None:
        """At 0 % nothing goes, not even to see whether it would arrive."""
        outside = facts(percent=0, in_canary=False, responsibilities={"process": DUE})
        assert (decide(outside).reason, decide(outside).send) == ("breaker_open", frozenset())

    def test_a_lost_probe_is_done_inline(self) -> None:
        """Another window claimed it first."""
        decided = decide(facts(responsibilities={"process": DUE, "maintenance": CLOSED}))
        kept = without_probes(decided, frozenset({"process"}))
        assert (kept.mode, kept.reason) == ("inline", "breaker_half_open")
        assert (initials(kept.send), initials(kept.inline), kept.probes) == ("m", "p", frozenset())

    def test_a_probe_of_a_dispatched_window_is_done_inline(self) -> None:
        """The rest of the window is on its way, and the probe was not."""
        decided = decide(facts(responsibilities={"process": DUE, "maintenance": CLOSED}))
        then = after_handover(decided, Handover.DUPLICATE)
        assert (then.mode, initials(then.inline), then.send) == ("inline", "p", frozenset())


class TestRecovery:
    @pytest.mark.parametrize(
        ("changes", "reason"), [({"unexecuted": 2}, "unexecuted"), ({"stuck": 1}, "run_stuck")]
    )
    def test_does_what_was_left_undone_and_sends_all_the_same(
        self, changes: dict[str, int], reason: str
    ) -> None:
        decision = decide(facts(responsibilities={"process": CLOSED, "maintenance": known(**changes)}))
        assert (decision.mode, decision.reason, decision.degraded) == ("inline-recovery", reason, True)
        assert (initials(decision.send), initials(decision.inline)) == ("mp", "m")
        assert decision.recover == decision.inline
        twice = after_handover(decision, Handover.DUPLICATE)
        assert (twice.mode, initials(twice.inline)) == ("inline-recovery", "m")

    def test_a_backlog_changes_nothing(self) -> None:
        decision = decide(facts(responsibilities={"process": known(waiting=9)}))
        assert (decision.mode, decision.degraded, decision.inline) == ("inngest", False, frozenset())

    @pytest.mark.parametrize("lever", [{"use_inngest": False}, {"control": INLINE}])
    def test_a_rollback_says_so(self, lever: dict[str, Any]) -> None:
        """Everything is done inline then, what was left undone included."""
        decision = decide(facts(responsibilities={"process": known(unexecuted=1)}, **lever))
        assert (decision.mode, decision.inline) == ("inline", frozenset({"process"}))

    def test_a_failed_send_is_a_fallback_for_all(self) -> None:
        decided = decide(facts(responsibilities={"process": CLOSED, "maintenance": known(unexecuted=1)}))
        then = after_handover(decided, Handover.FAILED)
        assert (then.mode, initials(then.inline)) == ("inline-fallback", "mp")


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
