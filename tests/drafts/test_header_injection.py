"""No mail that comes in decides what headers or recipients the answer to it has."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.outgoing_mail import Letter, OutgoingMail, outgoing_mail
from lib.errors import SendRefused
from lib.inbox.parse import parse_mail

LETTER = Letter(
    draft_id=UUID("6f1c1b1e-0000-4000-8000-000000000001"),
    sender="Acme Team <team@acme.example>",
    recipient="ada@lead.example",
    recipient_name="Ada Lovelace",
    subject="Your offer",
    body="Hello Ada",
    date=datetime(2026, 3, 2, 9, tzinfo=UTC),
    in_reply_to="<q2@lead.example>",
    references=("<q1@lead.example>",),
)
ALWAYS = ["From", "To", "Subject", "Date", "Message-ID"]
THREAD = ["In-Reply-To", "References"]
AFTER = ["Auto-Submitted", "MIME-Version", "Content-Type"]
QUOTED_BREAK = "=?utf-8?q?=0D=0ABcc:_victim@evil.example?="
BASE64_BREAK = "=?utf-8?b?DQpCY2M6IHZpY3RpbUBldmlsLmV4YW1wbGU=?="
BREAKS = {
    "CR LF": "\r\n",
    "LF": "\n",
    "CR": "\r",
    "folded with a space": "\r\n ",
    "folded with a tab": "\n\t",
    "vertical tab": "\x0b",
    "form feed": "\x0c",
    "file separator": "\x1c",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "NUL": "\0",
    "letters whose low bytes are CR LF": "\u560d\u560a",
    "lone surrogate": "\udc0a",
    "right to left": "\u202e",
    "encoded word": QUOTED_BREAK,
    "encoded word in base64": BASE64_BREAK,
    "half an encoded word": "=?utf-8?q?=0D=0A",
}
PLACES = ["{}Bcc: victim@evil.example", "x{}Bcc: victim@evil.example", '"{}" <victim@evil.example>']
hostile = st.lists(
    st.sampled_from([*BREAKS.values(), "Bcc:", " ", "<", ">", "@", ",", '"', "x" * 300, "é", "=?", "?="]),
    max_size=8,
).map("".join)


def wire(mail: OutgoingMail) -> EmailMessage:
    """What the other side reads, after the bytes themselves were looked at.

    One header of a kind, each ended by CR LF, no other line break, no line longer than SMTP carries
    (RFC 5321, §4.5.3.1.6), and nothing but ASCII and folding.
    """
    raw = bytes(mail.message)
    head, _, _ = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    names = [line.split(b":")[0].decode() for line in lines if not line.startswith(b" ")]
    assert [name for name in names if name not in THREAD] == [*ALWAYS, *AFTER]
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert all(0x20 <= octet < 0x7F for octet in head.replace(b"\r\n", b""))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


class TestLetters:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("line_break", BREAKS.values(), ids=BREAKS)
    @pytest.mark.parametrize("field", ["subject", "recipient_name", "in_reply_to", "body"])
    def test_no_line_break_adds_a_header(self, field: str, line_break: str, place: str) -> None:
        """Also one that an encoded word stands for: the standard library used to write it out."""
        evil = {field: place.format(line_break)}
        try:
            mail = outgoing_mail(replace(LETTER, **evil))  # type: ignore[arg-type]
        except SendRefused:
            assert field == "body"  # a text that UTF-8 does not have
            return
        assert wire(mail)["Message-ID"] == mail.message_id

    @pytest.mark.parametrize("line_break", BREAKS.values(), ids=BREAKS)
    def test_no_id_of_the_thread_adds_a_header(self, line_break: str) -> None:
        """A Message-ID that could be read as another is left out: the thread goes on by the others."""
        evil = (f"<a{line_break}Bcc:victim@evil.example>", "<q1@lead.example>", f"<{'x' * 500}@evil.example>")
        read = wire(outgoing_mail(replace(LETTER, references=evil)))
        assert str(read["References"]).split()[-2:] == ["<q1@lead.example>", "<q2@lead.example>"]

    @pytest.mark.parametrize(
        "recipient",
        [
            f"{QUOTED_BREAK}@lead.example",
            "=?utf-8?q?=0D=0ABcc=3A?=@lead.example",
            f"{'x' * 300}@lead.example",
            "ada@lead.example\r\nvictim@evil.example",
            "ada@lead.example\u2028victim@evil.example",
        ],
    )
    def test_an_address_that_could_be_read_as_another_is_refused(self, recipient: str) -> None:
        with pytest.raises(SendRefused):
            outgoing_mail(replace(LETTER, recipient=recipient))

    @given(subject=hostile, name=hostile, parent=hostile, reference=hostile)
    def test_law_the_headers_are_ours_whatever_came_in(
        self, subject: str, name: str, parent: str, reference: str
    ) -> None:
        letter = replace(
            LETTER, subject=subject, recipient_name=name, in_reply_to=parent, references=(reference,)
        )
        wire(outgoing_mail(letter))

    def test_a_name_is_one_name(self) -> None:
        """Whatever a lead calls itself, its mail goes to its address and shows no other."""
        evil = replace(LETTER, recipient_name='x" <victim@evil.example>, "')
        (only,) = wire(outgoing_mail(evil))["To"].addresses
        assert only.addr_spec == "ada@lead.example"

    def test_an_address_beyond_ascii_is_written_as_such(self) -> None:
        """RFC 6532: never as an encoded word, which no server takes for an address."""
        mail = outgoing_mail(replace(LETTER, recipient="ädä@lead.example"))
        assert "To: Ada Lovelace\r\n <ädä@lead.example>\r\n".encode() in bytes(mail.message)


class TestAnswers:
    @pytest.mark.parametrize("evil", [QUOTED_BREAK, BASE64_BREAK])
    def test_the_answer_to_a_hostile_mail_has_our_headers(self, evil: str) -> None:
        """An encoded word inside an encoded word arrives as a subject that holds one."""
        twice = Header(f"Offer {evil}", "utf-8").encode()
        raw = (
            f"From: {twice} <ada@lead.example>\nSubject: {twice}\n"
            f"Message-ID: <{evil}x@lead.example>\nReferences: <{evil}@lead.example>\n\nhello"
        )
        came = parse_mail(raw.encode(), received_at=LETTER.date)
        assert came.subject == f"Offer {evil}"
        answer = replace(
            LETTER,
            subject=came.subject,
            recipient_name=came.sender.name,
            in_reply_to=came.rfc_message_id,
            references=came.reference_ids,
        )
        wire(outgoing_mail(answer))
