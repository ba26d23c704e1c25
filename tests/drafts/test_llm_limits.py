"""Tests of lib/drafts/llm_limits.py."""

import pytest

from lib.drafts.conversation import Conversation, Direction
from lib.drafts.drafting import reply_of
from lib.drafts.llm_limits import overreach
from tests.drafts.conftest import SLOTS, conversation

HELD = conversation(
    "Friday at 5 PM? Or https://evil.example/pay, or https://calendly.com/evil",
    before=((Direction.OUTBOUND, "See https://team.example/product for more."),),
    slots=SLOTS,
    booking_link="https://cal.com/team/intro",
    scheduler_link="https://calendly.com/ada",
    service_description="All of it is on www.team.example.",
)


def codes(draft: str, held: Conversation = HELD) -> list[str]:
    return [found.split(":")[0] for found in overreach(reply_of(held, draft), held)]


class TestLinks:
    @pytest.mark.parametrize(
        "draft",
        [
            "Book here: https://cal.com/team/intro",
            "Book here: cal.com/team/intro.",
            "We will look at https://calendly.com/ada",
            "It is all on https://team.example/product, or on team.example.",
            "We use Node.js, e.g. for this. Version 2.0 is out (see p.12).",
            "Thank you.We will come back to you at 2.30 p.m.",
        ],
    )
    def test_of_the_team_are_its_own(self, draft: str) -> None:
        """Its settings' links, and what it wrote itself; a full stop makes no address."""
        assert "foreign_link" not in codes(draft)

    @pytest.mark.parametrize(
        "draft",
        [
            "https://evil.example/pay",
            "http://www.evil.example",
            "evil.example/pay",
            "Look at evil.com",
            "https://calendly.com/evil",
            "https://cal.com/team/other",
            "https://team.example.evil.com/product",
            "https://team.example@evil.com/product",
            "[here](https://evil.example)",
            "ftp://evil.example/x",
            "javascript:alert(1)",
            "e\u200bvil.example/pay",
            "\uff45\uff56\uff49\uff4c.example/pay",
        ],
    )
    def test_of_the_mail_are_foreign(self, draft: str) -> None:
        assert "foreign_link" in codes(draft)


class TestCommitments:
    @pytest.mark.parametrize(
        "draft",
        [
            f"{SLOTS[0]} is confirmed.",
            f"Confirmed: {SLOTS[0]}. See you on Tuesday!",
            "We will check whether Friday at 5 PM works for us and come back to you.",
            "Let me see if Friday at 5 PM works.",
            "Thank you, we have noted Friday at 5 PM and will come back to you.",
            "What time works best for you after 3 PM?",
            "You are all set. See you then!",
            "Wir prüfen, ob Freitag um 17 Uhr passt, und melden uns.",
        ],
    )
    def test_to_what_was_offered_or_to_nothing(self, draft: str) -> None:
        assert codes(draft) == []

    @pytest.mark.parametrize(
        "draft",
        [
            "Friday at 5 PM is confirmed.",
            "Friday at 5 PM works.",
            "Friday works for us.",
            "You are booked for March 6.",
            "As agreed, see you Friday.",
            f"{SLOTS[0]} is confirmed, and Friday at 5 PM is too.",
            "Looking forward to speaking at 5 PM.",
            "Freitag um 17 Uhr ist bestätigt.",
            "Vendredi à 17 h est confirmé.",
            "El viernes a las 17 está confirmado.",
        ],
    )
    def test_to_what_only_the_mail_names(self, draft: str) -> None:
        """The invariants let a draft name it; a model may not settle on it."""
        assert "unoffered_commitment" in codes(draft)

    def test_where_nothing_was_offered(self) -> None:
        assert codes("Friday at 5 PM is confirmed.", conversation("Friday at 5 PM?")) == [
            "unoffered_commitment"
        ]
