"""Tests of lib/inbox/report.py."""

import pytest

from lib.inbox.mail import Automation, MachineSign, MailReport
from lib.inbox.parse import parse_mail
from tests.inbox.conftest import NOW

BOUNCE, DELAY, RECEIPT = Automation.BOUNCE, Automation.DELAY, Automation.RECEIPT
FINAL = "Final-Recipient: rfc822; Old-Box@gone.example"


def sign(raw: str) -> MachineSign:
    found = parse_mail(raw.encode(), received_at=NOW).machine
    assert found is not None
    return found


def report(kind: str, *groups: str, quoted: str = "", head: str = "") -> str:
    """A report with `groups` of fields; `quoted` is a part of its own."""
    fields = "\n\n".join(groups)
    last = f"--b\n{quoted}\n" if quoted else ""
    return (
        f"From: MAILER-DAEMON@mx.example\n{head}"
        f"Content-Type: multipart/report;\n\treport-type={kind}; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nPlease STOP.\n"
        f"--b\nContent-Type: message/{kind}\n\n{fields}\n{last}--b--\n"
    )


def delivery(*recipients: str, quoted: str = "", head: str = "") -> str:
    return report("delivery-status", "Reporting-MTA: dns; mx.example", *recipients, quoted=quoted, head=head)


def returned(message_id: str) -> str:
    """The part that holds the mail with this id."""
    return f"Content-Type: message/rfc822\n\nFrom: a@b.example\nMessage-ID: {message_id}\n\nHi"


@pytest.mark.parametrize(
    ("recipient", "automation", "undeliverable"),
    [
        pytest.param(f"{FINAL}\nAction: failed\nStatus: 5.1.1", BOUNCE, True, id="no such mailbox"),
        pytest.param(f"{FINAL}\nAction: FAILED\nStatus: 5.1.10 (gone)", BOUNCE, True, id="null MX"),
        pytest.param(f"{FINAL}\nAction: failed\nStatus: 5.2.1", BOUNCE, True, id="closed mailbox"),
        pytest.param(f"{FINAL}\nStatus: 5.1.1", BOUNCE, True, id="without an action"),
        pytest.param(f"{FINAL}\nAction: failed\nStatus: 5.7.1", BOUNCE, False, id="refused as spam"),
        pytest.param(f"{FINAL}\nAction: failed\nStatus: 5.2.2", BOUNCE, False, id="mailbox full"),
        pytest.param(f"{FINAL}\nAction: failed\nStatus: 4.4.7", BOUNCE, False, id="given up"),
        pytest.param(f"{FINAL}\nAction: failed", BOUNCE, False, id="without a status"),
        pytest.param(f"{FINAL}\nAction: delayed\nStatus: 4.4.1", DELAY, False, id="still tried"),
        pytest.param(f"{FINAL}\nStatus: 4.2.2", DELAY, False, id="by its status alone"),
        pytest.param(f"{FINAL}\nAction: delivered\nStatus: 2.0.0", RECEIPT, False, id="delivered"),
        pytest.param(f"{FINAL}\nAction: relayed\nStatus: 2.0.0", RECEIPT, False, id="relayed"),
        pytest.param("", BOUNCE, False, id="with nothing in it"),
        pytest.param("Final-Recipient: ;;;\nAction: ?\nStatus: 5.x", BOUNCE, False, id="nonsense"),
    ],
)  # fmt: skip
def test_a_delivery(recipient: str, automation: Automation, *, undeliverable: bool) -> None:
    """Only what is the address's own fault, for good, is held against it (RFC 3463)."""
    found = sign(delivery(recipient))
    assert found.report is not None
    assert (found.automation, found.report.undeliverable) == (
        automation,
        ("old-box@gone.example",) if undeliverable else (),
    )


def test_a_report_of_several_names_those_that_failed() -> None:
    found = sign(
        delivery(
            "Final-Recipient: rfc822; a@x.example\nAction: delayed\nStatus: 4.4.1",
            "Original-Recipient: rfc822;b@x.example\nFinal-Recipient: rfc822;<c@y.example>\n"
            "Action: failed\nStatus: 5.1.1",
        )
    )
    assert found.automation is BOUNCE
    assert found.report == MailReport(undeliverable=("b@x.example", "c@y.example"), status="4.4.1")
    assert found.evidence == (
        "Content-Type: multipart/report; report-type=delivery-status; Action: failed; Status: 4.4.1"
    )


@pytest.mark.parametrize(
    ("quoted", "head"),
    [
        (returned("<kch-9@team.example>"), ""),
        ("Content-Type: text/rfc822-headers\n\nFrom: a@b.example\nMessage-ID: <kch-9@team.example>", ""),
        ("", "In-Reply-To: <kch-9@team.example>\n"),
        ("", "References: <kch-9@team.example>\n"),
    ],
)
def test_the_mail_that_it_is_about_is_named(quoted: str, head: str) -> None:
    found = sign(delivery(f"{FINAL}\nAction: failed\nStatus: 5.1.1", quoted=quoted, head=head))
    assert found.report is not None
    assert found.report.message_ids == ("<kch-9@team.example>",)


def test_a_reading() -> None:
    found = sign(
        report("disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed")
    )
    assert (found.automation, found.evidence.rpartition("; ")[2]) == (RECEIPT, "displayed")


def test_a_complaint() -> None:
    fields = "Feedback-Type: abuse\nVersion: 1"
    found = sign(report("feedback-report", fields, quoted=returned("<kch-9@team.example>")))
    assert (found.automation, found.report) == (
        Automation.COMPLAINT,
        MailReport(message_ids=("<kch-9@team.example>",)),
    )


def test_a_report_that_a_person_forwards_is_the_persons_mail() -> None:
    inner = (
        delivery(f"{FINAL}\nAction: failed\nStatus: 5.1.1")
        .replace("boundary=b", "boundary=c")
        .replace("--b", "--c")
    )
    raw = (
        "From: ada@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        f"Your mail bounced, see below.\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    )
    assert parse_mail(raw.encode(), received_at=NOW).automation is None
