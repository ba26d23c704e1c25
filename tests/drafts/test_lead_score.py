"""Tests of lib/drafts/lead_score.py."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.conversation import Direction, LeadStatus
from lib.drafts.lead_score import WEIGHTS, LeadScore, NoScore, Said, ScoreFacts, Signal, score_lead
from tests.drafts.conftest import SLOTS

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = "> "
"""Begins what the team wrote."""


def conversation(*said: str, hours: int = 1) -> tuple[Said, ...]:
    return tuple(
        Said(
            direction=Direction.OUTBOUND if body.startswith(OURS) else Direction.INBOUND,
            subject="Your offer",
            body=body.removeprefix(OURS),
            sent_at=START + timedelta(hours=hours * place),
            automation=None,
        )
        for place, body in enumerate(said)
    )


def scored(
    *said: str, tag: str | None = None, status: LeadStatus = LeadStatus.ACTIVE, hours: int = 1
) -> LeadScore:
    return score_lead(
        ScoreFacts(status=status, tag=tag, offered_slots=SLOTS, messages=conversation(*said, hours=hours))
    )


class TestScore:
    @pytest.mark.parametrize(
        ("said", "score", "signals"),
        [
            pytest.param(("Hello there",), 20, "wrote", id="a word"),
            pytest.param(("Hello", "Are you there"), 30, "wrote wrote_again", id="two words"),
            pytest.param(
                ("> When?", "Tuesday, March 3 at 2:00 PM works for me."), 85,
                "wrote prompt_reply wants_to_meet accepts_time", id="takes a time at once",
            ),
            pytest.param(("Can we set up a call?",), 60, "wrote wants_to_meet", id="wants a call"),
            pytest.param(
                ("What does it cost?",), 45, "wrote asks_information asks_price", id="asks the price"
            ),
            pytest.param(("This looks interesting.",), 40, "wrote interested", id="is interested"),
            pytest.param(("> Well?", "No thanks."), 10, "wrote prompt_reply declines", id="no"),
            pytest.param(("Please unsubscribe me.",), 0, "stopped", id="wants no more"),
            pytest.param(
                ("Please unsubscribe me.", "> Done.", "Can we set up a call after all?"), 80,
                "wrote wrote_again prompt_reply wants_to_meet", id="changed its mind",
            ),
            pytest.param(
                ("Can we set up a call?", "> Sure.", "No thanks, not interested."), 20,
                "wrote wrote_again prompt_reply declines", id="the last word counts",
            ),
            pytest.param(("Can we set up a call?", "> Sure."), 60, "wrote wants_to_meet", id="we wrote last"),
            pytest.param(("> Hello", "> Hello?", " "), None, "", id="nothing but blanks"),
            pytest.param((), None, "", id="nothing"),
        ],
    )  # fmt: skip
    def test_of_what_was_said(self, said: tuple[str, ...], score: int | None, signals: str) -> None:
        found = scored(*said)
        assert (found.score, " ".join(found.signals)) == (score, signals)

    def test_of_a_slow_answer(self) -> None:
        assert Signal.PROMPT_REPLY not in scored("> Hello", "Hello", hours=25).signals

    @pytest.mark.parametrize(
        ("tag", "status"),
        [
            ("Opt Out", LeadStatus.ACTIVE),
            ("Blacklisted", LeadStatus.ACTIVE),
            (None, LeadStatus.BLACKLISTED),
            (None, LeadStatus.UNQUALIFIED),
        ],
    )
    def test_of_a_lead_that_is_out(self, tag: str | None, status: LeadStatus) -> None:
        assert scored("Can we set up a call?", tag=tag, status=status).basis == {
            "signals": {"stopped": 0},
            "reason": None,
        }

    def test_of_a_meeting_that_is_booked(self) -> None:
        assert scored("See you on Tuesday", tag="Meeting Booked").signals[-1] is Signal.MEETING_BOOKED

    def test_of_machines_is_none(self) -> None:
        (said,) = conversation("I am away until Monday.")
        machine = Said(
            direction=said.direction,
            subject="Automatic reply",
            body=said.body,
            sent_at=said.sent_at,
            automation="auto_reply",
        )
        facts = ScoreFacts(status=LeadStatus.ACTIVE, tag=None, offered_slots=(), messages=(machine,))
        assert score_lead(facts) == LeadScore(score=None, reason=NoScore.NO_PERSON_WROTE)

    @given(
        st.lists(
            st.sampled_from(
                ["> Hello", "Hello", "What does it cost?", "Can we set up a call?", "No thanks.", "> When?",
                 "Tuesday, March 3 at 2:00 PM works for me.", "Looks great", "Stop emailing me", ""]
            ),
            max_size=8,
        ),
        st.sampled_from([None, "Meeting Booked", "Opt Out", "Interested"]),
    )  # fmt: skip
    def test_stays_on_the_scale_and_is_the_sum_of_its_signals(self, said: list[str], tag: str | None) -> None:
        found = scored(*said, tag=tag)
        assert found == scored(*said, tag=tag)
        assert (found.score is None) == (found.reason is not None)
        if found.score is not None:
            assert found.score == min(100, max(0, sum(WEIGHTS[signal] for signal in found.signals)))


def test_every_signal_is_documented_with_its_weight() -> None:
    page = Path("docs/drafts.md").read_text(encoding="utf-8")
    weights = {signal: f"{weight:+}" if weight else "0 in all" for signal, weight in WEIGHTS.items()}
    assert set(weights) == set(Signal)
    assert [one for one, weight in weights.items() if f"| `{one}` | {weight} |" not in page] == []
    assert all(f"`{reason}`" in page for reason in NoScore)
