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
        "Use the link below to find a time.",
        "Grab a time on my calendar.",
        "Feel free to pick a slot on my calendar whenever suits.",
        "You can schedule directly from our website.",
        "Here's my calendar, choose whatever fits.",
        "Book it through my Calendly.",
        "Here is my Calendly",
        "The link is in my signature.",
        "I've included my booking link.",
        "I suggest you book a time here.",
        "You can book online.",
        "Just self-schedule.",
        "Hit the button below to reserve a spot.",
        "(insert booking link)",
        "BOOKING_LINK",
        "%SCHEDULING_LINK%",
        "<p>Click <a href='#'>here</a> to book</p>",
        "Cl\u00adick h\u200bere to schedule",
        "C\u04c0ick here or click h\u0435re",
        "Klicken Sie hier, um einen Termin zu wählen",
        "Hier können Sie einen Termin auswählen",
        "Nutzen Sie den Buchungslink",
        "Cliquez ici pour réserver",
        "Choisissez un créneau sur mon agenda",
        "Haz clic aquí",
        "Elige una hora en mi calendario",
        "Prenota qui il tuo appuntamento",
        "Clicca qui",
        "CALENDLY.COM/ACME",
        "hxxps://calendly[.]com/acme",
        "calendly dot com/acme",
        "https://calendly.\ncom/acme",
        "https://cal.\ncom/acme",
        "https:\\\\calendly.com\\acme",
        "//calendly.com/acme",
        "[Pick a time](https://savvycal.com/acme)",
        "[Pick a time](https://example.com/acme)",
        "<a href='https://example.com/acme'>Book a call</a>",
        "Book a call with me: https://example.com/acme",
        "You can grab a time at https://bit.ly/3xYzAbc",
        "https://www.google.com/url?q=https%3A%2F%2Fcalendly.com%2Facme",
        "https://\u0441alendly.com/acme",
        "https://calendly\u3002com/acme",
        "book.example.com/acme",
        "example.com/book-a-demo",
        "https://example.com/%62ook",
        "https://meet.acme.com/book/jane",
        "> Book here: https://calendly.com/acme",
        "> use the link below",
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
        "I'll find a time on my calendar and send an invite.",
        "I will send a calendar invite with the meeting link.",
        "Join with this link on Tuesday: https://us02web.zoom.us/j/123",
        "The report is at the link below: https://example.com/soc2",
        "Click here to read the case study: https://example.com/cases/acme",
        "Our e-book is here: https://example.com/ebooks/heat",
        "I read the article at the link you sent.",
        "We integrate with Calendly.com and our Calendly integration is free.",
        "Calendly.com is what we replace.",
        "I'm linking you up with Priya, find us on LinkedIn.",
        "Before we schedule the call, read https://example.com/security",
        "https://github.com/calcom/cal.com is open source",
        "https://example.com/blog/how-to-book-more-meetings",
        "Our team can be reached here.",
        "Let me know here whether the book arrived.",
        "See [our guide](https://example.com/guide).",
        "I've booked the room here.",
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
        ({"booking_link": OURS}, "Book here: https://example.com/acme", False),
        ({"booking_link": OURS}, "https://\u0441alendly.com/acme/intro", False),
        ({"booking_link": OURS}, f"https://example.com/?next={OURS}", False),
        ({"booking_link": OURS}, f"{OURS}/vip", False),
        ({"booking_link": OURS}, f"{OURS}?month=2026-03&utm_source=x#top", True),
        ({"booking_link": OURS}, "https://calen\u200bdly.com/acme/intro", True),
        ({"booking_link": OURS}, f"[Book here]({OURS})", True),
        ({"booking_link": OURS}, f"<a href='{OURS}'>Book here</a>", True),
        ({"inbound": f"{THEIRS}?month=2026-03"}, THEIRS, True),
        ({"inbound": f"{THEIRS}?account=1"}, f"{THEIRS}?account=2", False),
        ({"inbound": f"Mine: {THEIRS}"}, f"Thanks!\n\n> Mine: {THEIRS}", True),
    ],
)
def test_only_known_links_are_allowed(facts: dict[str, str], draft: str, *, holds: bool) -> None:
    broken = fabricated_link(reply(draft, **facts))  # type: ignore[arg-type]
    assert (broken is None) is holds
