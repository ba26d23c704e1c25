"""Tests of lib/drafts/outgoing_mail.py."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.outgoing_mail import Letter, message_id_of, outgoing_mail, reply_subject
from lib.drafts.quotation import Quotation
from lib.errors import SendRefused
from lib.inbox.parse import parse_mail

DRAFT = UUID("6f1c1b1e-0000-4000-8000-000000000001")
LETTER = Letter(
    draft_id=DRAFT,
    sender="Acme Team <team@acme.example>",
    recipient="ada@lead.example",
    recipient_name="Ada Lovelace",
    subject="Your offer",
    body="Hello Ada,\n\nsee you.\n.\nBest",
    date=datetime(2026, 3, 2, 9, tzinfo=UTC),
    in_reply_to="<q2@lead.example>",
    references=("<q1@lead.example>",),
)


def read(letter: Letter) -> EmailMessage:
    parsed = message_from_bytes(bytes(outgoing_mail(letter).message), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def plain_of(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


class TestHeaders:
    def test_are_those_of_an_answer(self) -> None:
        mail = outgoing_mail(LETTER)
        assert (mail.sender, mail.recipient) == ("team@acme.example", "ada@lead.example")
        message = read(LETTER)
        assert {name: str(message[name]) for name in message} == {
            "From": "Acme Team <team@acme.example>",
            "To": "Ada Lovelace <ada@lead.example>",
            "Subject": "Re: Your offer",
            "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
            "Message-ID": f"<draft.{DRAFT}@acme.example>",
            "In-Reply-To": "<q2@lead.example>",
            "References": "<q1@lead.example> <q2@lead.example>",
            "Auto-Submitted": "no",
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="=_everytick.{DRAFT}"',
        }

    def test_a_long_id_stays_as_it_is(self) -> None:
        """RFC 2047, §5: an encoded word is no Message-ID: the lead's mail program would lose the thread."""
        long = f"<{'A' * 80}@{'b' * 60}.prod.outlook.example>"
        longest = f"<{'c' * 380}@lead.example>"
        letter = replace(LETTER, in_reply_to=long, references=("<q1@lead.example>", longest))
        lines = bytes(outgoing_mail(letter).message).decode().split("\r\n")
        assert f"In-Reply-To: {long}" in lines
        start = lines.index("References: <q1@lead.example>")
        assert lines[start + 1 : start + 3] == [f" {longest}", f" {long}"]

    def test_the_message_id_is_made_from_the_draft_alone(self) -> None:
        """Domain §4: one idempotency key per intended send, made before the call."""
        again = replace(LETTER, body="other", date=datetime(2027, 1, 1, tzinfo=UTC))
        assert outgoing_mail(again).message_id == message_id_of(DRAFT, "Someone <x@acme.example>")

    def test_no_id_to_answer_leaves_the_thread_out(self) -> None:
        message = read(replace(LETTER, in_reply_to="sha256:abc", references=()))
        assert (message["In-Reply-To"], message["References"]) == (None, None)

    def test_a_long_thread_keeps_its_first_and_latest_ids(self) -> None:
        ids = tuple(f"<m{number}@x.example>" for number in range(60))
        message = read(replace(LETTER, references=ids))
        kept = str(message["References"]).split()
        assert (len(kept), kept[0], kept[-2:]) == (20, ids[0], [ids[-1], "<q2@lead.example>"])

    def test_an_international_domain_goes_out_in_ascii(self) -> None:
        assert outgoing_mail(replace(LETTER, recipient="ada@bücher.example")).recipient == (
            "ada@xn--bcher-kva.example"
        )

    @pytest.mark.parametrize(
        ("domain", "expected"),
        [
            ("straße.example", "xn--strae-oqa.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("例え.example", "xn--r8jz45g.example"),
        ],
    )
    def test_that_domain_is_the_one_that_was_written(self, domain: str, expected: str) -> None:
        """IDNA 2008: what the older standard wrote for `straße` belongs to somebody else."""
        assert outgoing_mail(replace(LETTER, recipient=f"ada@{domain}")).recipient == f"ada@{expected}"

    def test_one_that_goes_out_without_a_person_says_so(self) -> None:
        """RFC 3834: no machine answers it."""
        assert read(replace(LETTER, automatic=True))["Auto-Submitted"] == "auto-replied"

    def test_it_says_how_to_stop_such_mail_where_that_is_due(self) -> None:
        message = read(replace(LETTER, unsubscribable=True))
        assert message["List-Unsubscribe"] == "<mailto:team@acme.example?subject=unsubscribe>"
        assert message["List-Unsubscribe-Post"] is None

    def test_unicode_is_kept(self) -> None:
        message = read(replace(LETTER, subject="Größe ✓", recipient_name="Zoë", body="Grüße\n€"))
        assert str(message["Subject"]) == "Re: Größe ✓"
        assert "Zoë" in str(message["To"])
        assert plain_of(message).splitlines() == ["Grüße", "€"]
        assert bytes(outgoing_mail(replace(LETTER, body="Grüße")).message).isascii()


class TestTheText:
    QUOTING = replace(
        LETTER,
        quotation=Quotation(
            author="Ada Lovelace",
            written_at=datetime(2026, 3, 1, 18, 30, tzinfo=UTC),
            text="What does it cost?\n\n<script>alert(1)</script>",
        ),
    )

    def test_is_there_in_two_forms_the_plain_one_first(self) -> None:
        """RFC 2046, 5.1.4: the last is the best, and says the same."""
        assert [part.get_content_type() for part in read(self.QUOTING).iter_parts()] == [
            "text/plain",
            "text/html",
        ]

    @pytest.mark.parametrize("body", ["x" * 5_000, "x " * 5_000, "From me\n.\n..", "é" * 3_000, "日本" * 900])
    def test_of_any_shape_is_carried_as_it_is(self, body: str) -> None:
        """RFC 5322, 2.1.1: no line is longer than mail carries."""
        raw = bytes(outgoing_mail(replace(LETTER, body=body)).message)
        assert max(map(len, raw.split(b"\r\n"))) <= 78
        assert raw.isascii()
        assert plain_of(read(replace(LETTER, body=body))).split() == body.split()

    def test_is_the_same_whenever_it_is_written(self) -> None:
        """The parts' boundary too: a mail that is tried again is the same mail."""
        assert bytes(outgoing_mail(self.QUOTING).message) == bytes(outgoing_mail(self.QUOTING).message)

    def test_a_copy_of_it_is_read_back_as_the_draft(self) -> None:
        """Failure D7: an imported copy is the same mail, and what was quoted is no part of what was said."""
        copy = parse_mail(bytes(outgoing_mail(self.QUOTING).message), received_at=LETTER.date)
        assert copy.text == LETTER.body
        assert copy.quoted is not None
        assert copy.quoted.startswith("On 2026-03-01 at 18:30 UTC, Ada Lovelace wrote:\n> What does")


class TestInjection:
    @pytest.mark.parametrize("field", ["subject", "recipient_name"])
    def test_a_line_break_adds_no_header(self, field: str) -> None:
        evil = {field: "x\r\nBcc: victim@evil.example\r\n\r\nbody"}
        message = read(replace(LETTER, **evil))  # type: ignore[arg-type]
        assert message["Bcc"] is None
        assert plain_of(message).startswith("Hello Ada")

    @pytest.mark.parametrize(
        "recipient",
        [
            "",
            "nobody",
            "a@b@c",
            "a@b.example\r\nRCPT TO:<v@evil.example>",
            "a@b.example, v@evil.example",
            "a b@x.example",
            f"a@{'x' * 80}ü.example",
        ],
    )
    def test_an_address_that_is_none_is_refused(self, recipient: str) -> None:
        with pytest.raises(SendRefused):
            outgoing_mail(replace(LETTER, recipient=recipient))

    @given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
    def test_law_no_text_adds_a_header_or_a_recipient(
        self, subject: str, name: str, reference: str, body: str
    ) -> None:
        letter = replace(
            LETTER,
            subject=subject,
            recipient_name=name,
            in_reply_to=reference,
            references=(reference,),
            body=body,
        )
        try:
            mail = outgoing_mail(letter)
        except SendRefused:
            return
        parsed = message_from_bytes(bytes(mail.message), policy=default)
        assert mail.recipient == "ada@lead.example"
        assert set(parsed.keys()) <= {
            "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
            "Content-Type", "MIME-Version",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Offer", "Re: Offer"),
        ("RE: Offer", "RE: Offer"),
        ("AW: Angebot", "AW: Angebot"),
        (None, "Re:"),
        ("", "Re:"),
        ("two\nlines", "Re: two lines"),
        ("Regarding you", "Re: Regarding you"),
        ("Re[2]: Offer", "Re[2]: Offer"),
        ("RE\uff1aOffer", "RE\uff1aOffer"),
        ("回复: Offer", "回复: Offer"),
        ("Fwd: Offer", "Re: Fwd: Offer"),
    ],
)
def test_an_answer_has_one_re(subject: str | None, expected: str) -> None:
    assert reply_subject(subject) == expected
