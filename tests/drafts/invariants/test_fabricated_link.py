"""Tests of lib/drafts/invariants/fabricated_link.py."""

import pytest

from lib.drafts.invariants.fabricated_link import fabricated_link
from tests.drafts.invariants.cases import reply

OURS = "https://calendly.com/acme/intro"
THEIRS = "https://cal.com/ada"


@pytest.mark.parametrize(
    "draft",
    [
        f"Pick a time: {OURS}",
        "calendly.com/acme/intro",
        "Book here: https://example.com/x",
        "You can schedule a call here.",
        "Use the link below.",
        "Just click here",
        "Please use this link to choose a slot",
        "via our booking page",
        "[booking link]",
        "{{scheduling_link}}",
        "<insert calendar link>",
        "See the link below",
        "Here's my calendar link",
        "Reserve a slot through our scheduler",
        "Sie können hier buchen: buchen Sie hier.",
        "Über diesen Link finden Sie einen Termin",
        "Réservez votre créneau ici",
        "via ce lien",
        "Reserve su cita aquí",
        "en este enlace",
    ],
)
def test_a_link_where_there_is_none_breaks_it(draft: str) -> None:
    broken = fabricated_link(reply(draft))
    assert broken is not None
    assert broken.code == "fabricated_link"


@pytest.mark.parametrize(
    "draft",
    [
        "Which day works for you?",
        "Thanks for the link!",
        "Could you send me your booking link?",
        "I will book a room here in Berlin.",
        "The brochure is at https://example.com/brochure",
        "We link both systems.",
        "I'll send you an invite with a Zoom link.",
        "I'll follow up with a link to our case study.",
        "Pick whichever suits you.",
    ],
)
def test_without_a_link_to_use_it_holds(draft: str) -> None:
    assert fabricated_link(reply(draft)) is None


@pytest.mark.parametrize(
    ("facts", "draft", "holds"),
    [
        ({"booking_link": OURS}, f"Book here: {OURS}/", True),
        ({"booking_link": OURS}, "Use the link below.", True),
        ({"booking_link": OURS}, "Book here: https://calendly.com/acme/other", False),
        ({"booking_link": OURS}, f"{OURS} or {THEIRS}", False),
        ({"lead_link": THEIRS}, f"I will book at {THEIRS}", True),
        ({"lead_link": THEIRS}, f"Book at {OURS}", False),
        ({"inbound": f"Pick a slot: {THEIRS}"}, f"Booked at {THEIRS}", True),
        ({"inbound": f"Pick a slot: {THEIRS}"}, "via the link you sent", True),
        ({"inbound": "see https://example.com/us"}, f"Book at {OURS}", False),
        ({"booking_link": "https://example.com/talk"}, "Book here: https://example.com/talk", True),
        ({"booking_link": " "}, "Use the link below.", False),
    ],
)
def test_only_known_links_are_allowed(facts: dict[str, str], draft: str, *, holds: bool) -> None:
    broken = fabricated_link(reply(draft, **facts))  # type: ignore[arg-type]
    assert (broken is None) is holds
