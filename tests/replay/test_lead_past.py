"""Tests of lib/replay/lead_past.py."""

import pytest

from lib.drafts.conversation import Direction, LeadStatus
from lib.replay.lead_past import NameSource, lead_name, with_tag_and_timezone
from tests.drafts.conftest import conversation

INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND


@pytest.mark.parametrize(
    ("said", "tag", "timezone"),
    [
        ((), None, None),
        (((OUTBOUND, "Please unsubscribe me."),), None, None),
        (((INBOUND, "Please unsubscribe me."),), "Opt Out", None),
        (((INBOUND, "Please unsubscribe me."), (INBOUND, "Thanks.")), "Opt Out", None),
        (((INBOUND, "Please unsubscribe me."), (INBOUND, "Can we have a call?")), "Call Requested", None),
        (((INBOUND, "Can we meet at 2pm Eastern time?"),), "Meeting Requested", "America/New_York"),
        (((INBOUND, "We are not interested."),), "Not Interested", None),
    ],
    ids=[
        "nothing", "the team's words", "opted out", "opted out, and nothing new", "a wish of its own since",
        "asks for a meeting", "declines",
    ],
)  # fmt: skip
def test_what_was_known_by_then(
    said: tuple[tuple[Direction, str], ...], tag: str | None, timezone: str | None
) -> None:
    """By the pipeline's own rules, message for message."""
    now = conversation("Now", before=said, status=LeadStatus.BLACKLISTED)
    then = with_tag_and_timezone(now, now.messages[:-1])
    assert (then.lead.tag, then.lead.timezone) == (tag, timezone)
    assert then.lead.status is LeadStatus.BLACKLISTED
    assert then.messages == now.messages


@pytest.mark.parametrize(
    ("sources", "name"),
    [
        ((), None),
        ((NameSource(raw=b"From: Ada King <ada@x.example>\r\n\r\n", outbound=False),), "Ada King"),
        ((NameSource(raw=b"To: Ada King <ada@x.example>\r\n\r\n", outbound=True),), "Ada King"),
        ((NameSource(raw=b"From: Ada King <eve@x.example>\r\n\r\n", outbound=False),), None),
        ((NameSource(raw=b"To: Ada King <ada@x.example>\r\n\r\n", outbound=False),), None),
        ((NameSource(raw=b"From: ada@x.example\r\n\r\n", outbound=False),), None),
        ((NameSource(raw=b"\x00\xff", outbound=False),), None),
    ],
    ids=["none", "its own", "by the team", "another's", "not its own word", "no name", "no mail"],
)
def test_the_name_that_a_mail_gave(sources: tuple[NameSource, ...], name: str | None) -> None:
    assert lead_name("ada@x.example", sources) == name
