"""Tests of lib/inbox/automation.py: heads of mails, and those that only look like a machine's."""

import pytest

from lib.inbox.mail import Automation, ParsedMail
from lib.inbox.parse import parse_mail
from tests.inbox.conftest import NOW

PERSON = None
AUTO_REPLY, BOUNCE, BULK, CALENDAR = (
    Automation.AUTO_REPLY,
    Automation.BOUNCE,
    Automation.BULK,
    Automation.CALENDAR,
)
GROUP = "List-Id: <sales.team.example>\nList-Post: <mailto:Sales@team.example>\nPrecedence: list"


def mail(head: str, text: str = "Hello", sender: str = "ada@x.example") -> ParsedMail:
    return parse_mail(f"From: {sender}\n{head}\n\n{text}\n".encode(), received_at=NOW)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        # Auto-Submitted (RFC 3834)
        pytest.param("Auto-Submitted: auto-replied", AUTO_REPLY, id="auto-replied"),
        pytest.param("AUTO-SUBMITTED: Auto-Replied (vacation)", AUTO_REPLY, id="in any case, with a comment"),
        pytest.param(
            "Auto-Submitted: (hi) auto-replied; owner-email=a@b.c", AUTO_REPLY, id="with parameters"
        ),
        pytest.param("Auto-Submitted:\n auto-replied", AUTO_REPLY, id="folded"),
        pytest.param("Auto-Submitted: no\nAuto-Submitted: auto-replied", AUTO_REPLY, id="doubled"),
        pytest.param("Auto-Submitted: auto-generated", BULK, id="a notification"),
        pytest.param("Auto-Submitted: auto-notified; x=y", BULK, id="notified"),
        pytest.param(
            "Auto-Submitted: auto-generated\nSubject: Automatic reply: x", AUTO_REPLY, id="Exchange's absence"
        ),
        pytest.param("Auto-Submitted: auto-generated\nIn-Reply-To: <1@t>", AUTO_REPLY, id="a ticket system"),
        pytest.param("Auto-Submitted: no", PERSON, id="said to be a person"),
        pytest.param("Auto-Submitted: No (by hand)", PERSON, id="said with a comment"),
        pytest.param("Auto-Submitted:", PERSON, id="said nothing"),
        pytest.param("Auto-Submitted: no\nX-Autoreply: yes", PERSON, id="a no stands against habits"),
        pytest.param("Auto-Submitted: no\nList-Unsubscribe: <mailto:x@y>", BULK, id="not against a list"),
        # Habits
        pytest.param("X-Autoreply: yes", AUTO_REPLY, id="x-autoreply"),
        pytest.param("X-Autorespond: Re: x", AUTO_REPLY, id="x-autorespond"),
        pytest.param("X-FC-MachineGenerated: true", AUTO_REPLY, id="FirstClass"),
        pytest.param("Delivered-To: Autoresponder", AUTO_REPLY, id="qmail"),
        pytest.param("Delivered-To: ada@x.example", PERSON, id="delivered to a person"),
        pytest.param("X-Autoreply: no", PERSON, id="said to be no auto-reply"),
        pytest.param("X-FC-MachineGenerated: false", PERSON, id="FirstClass, a person"),
        # Precedence
        pytest.param("Precedence: auto_reply", AUTO_REPLY, id="precedence auto_reply"),
        pytest.param("X-Precedence: auto_reply", AUTO_REPLY, id="x-precedence"),
        pytest.param("Precedence: Bulk", BULK, id="precedence bulk"),
        pytest.param("Precedence: junk", BULK, id="precedence junk"),
        pytest.param("Precedence: normal", PERSON, id="precedence normal"),
        pytest.param("Precedence: first-class", PERSON, id="precedence first-class"),
        # what Exchange asks of others
        pytest.param("X-Auto-Response-Suppress: All", BULK, id="suppress all"),
        pytest.param("X-Auto-Response-Suppress: DR, OOF, AutoReply", BULK, id="suppress some"),
        pytest.param("X-Auto-Response-Suppress: All\nIn-Reply-To: <1@t>", AUTO_REPLY, id="and an answer"),
        pytest.param("X-Auto-Response-Suppress: DR, RN, NRN", PERSON, id="suppress receipts only"),
        pytest.param("X-Auto-Response-Suppress: None", PERSON, id="suppress none"),
        # Lists
        pytest.param("List-Id: <l.example>", BULK, id="a mailing list"),
        pytest.param("List-Unsubscribe: <https://x.example/u>", BULK, id="a newsletter"),
        pytest.param("List-Unsubscribe: <mailto:u@x.example>\nAuto-Submitted: no", BULK, id="that says no"),
        pytest.param(
            "List-Unsubscribe: <mailto:u@x.example>\nIn-Reply-To: <1@t>",
            PERSON,
            id="an answer from a sales program",
        ),
        pytest.param(
            "List-Unsubscribe: <mailto:u@x.example>\nIn-Reply-To: <1@t>\nAuto-Submitted: no",
            PERSON,
            id="an answer of ours that a person released",
        ),
        pytest.param(
            "List-Unsubscribe: <mailto:u@x.example>\nIn-Reply-To: <1@t>\nAuto-Submitted: auto-replied",
            AUTO_REPLY,
            id="an answer of ours that nobody released",
        ),
        pytest.param("Feedback-ID: i197146af:Fastmail", PERSON, id="a person at Fastmail"),
        pytest.param("Feedback-ID: 1358184:user:proton", PERSON, id="a person at Proton"),
        # The way back
        pytest.param("Return-Path: <>", AUTO_REPLY, id="nothing may come back"),
        pytest.param("Return-Path: <ada@x.example>", PERSON, id="it may come back"),
        # People who look like machines
        pytest.param("Disposition-Notification-To: ada@x.example", PERSON, id="asks for a receipt"),
        pytest.param("X-Mailer: Autoreply Pro", PERSON, id="a mailer's name"),
        pytest.param("Subject: Re: Automatic reply: x", PERSON, id="a person answers a machine"),
        pytest.param("X-Priority: 1\nImportance: high", PERSON, id="urgent"),
    ],
)
def test_who_wrote_it(head: str, expected: Automation | None) -> None:
    assert mail(head).automation == expected


@pytest.mark.parametrize(
    ("sender", "head", "expected"),
    [
        pytest.param("MAILER-DAEMON@x.example", "Subject: hi", BOUNCE, id="a daemon"),
        pytest.param("mailer-daemon@x.example", "Return-Path: <>", BOUNCE, id="a daemon, null path"),
        pytest.param(
            "MAILER-DAEMON@x.example", "Subject: Warning: could not send for 4 hours", Automation.DELAY,
            id="a daemon that still tries",
        ),
        pytest.param("postmaster@x.example", "Return-Path: <>", BOUNCE, id="a postmaster, null path"),
        pytest.param("postmaster@x.example", "Subject: Undeliverable: offer", BOUNCE, id="by its subject"),
        pytest.param("postmaster@x.example", "Subject: Your offer", PERSON, id="a person at postmaster"),
        pytest.param("ada@x.example", "X-Failed-Recipients: c@d.example", BOUNCE, id="failed recipients"),
    ],
)  # fmt: skip
def test_a_bounce_without_a_report(sender: str, head: str, expected: Automation | None) -> None:
    assert mail(head, sender=sender).automation == expected


def test_the_evidence_is_the_header_that_told_it_in_one_short_line() -> None:
    sign = mail("auto-submitted: auto-replied\n (vacation)\x07" + "x" * 500).machine
    assert sign is not None
    assert sign.evidence.startswith("Auto-Submitted: auto-replied (vacation)x")
    assert len(sign.evidence) == 200


def test_a_thousand_headers_of_one_name_are_not_all_read() -> None:
    assert mail("Precedence: normal\n" * 1000 + "Precedence: bulk").automation is None


def test_a_list_that_people_write_to_is_told_from_a_newsletter() -> None:
    """What a person writes to the team's own list is the person's mail (tests/inbox/test_receive.py)."""
    group, newsletter = mail(GROUP).machine, mail("List-Id: <n.example>\nList-Post: NO").machine
    assert group is not None
    assert newsletter is not None
    assert (group.list_address, newsletter.list_address) == ("sales@team.example", None)


INVITED = """Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

{text}
--b
Content-Type: text/calendar; method={method}; charset=utf-8

BEGIN:VCALENDAR
METHOD:{method}
END:VCALENDAR
--b--"""


@pytest.mark.parametrize(
    ("method", "text", "expected"),
    [
        pytest.param("REPLY", "", CALENDAR, id="an answer"),
        pytest.param("reply", "Ada Lovelace has accepted this invitation.", CALENDAR, id="in its own words"),
        pytest.param("REPLY", "Ada hat die Einladung angenommen", CALENDAR, id="in German"),
        pytest.param("REPLY", "Could we make it an hour later?", PERSON, id="with a person's note"),
        pytest.param(
            "REPLY", "Tentative, can we move it to 4pm instead?", PERSON, id="a note that begins alike"
        ),
        pytest.param("REPLY", "Accepted. Please send the price list.", PERSON, id="a note behind it"),
        pytest.param("REPLY", "Declined - I have a conflict, Thursday 2pm", PERSON, id="a note after a dash"),
        pytest.param("REQUEST", "", PERSON, id="an invitation"),
        pytest.param("COUNTER", "", PERSON, id="another time"),
    ],
)
def test_a_calendar(method: str, text: str, expected: Automation | None) -> None:
    raw = INVITED.format(method=method, text=text)
    assert parse_mail(f"From: a@x.example\n{raw}".encode(), received_at=NOW).automation == expected
