"""samples/sent/: a mail as it leaves, and as mail readers show it."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID

from lib.clock import Deadline, SystemClock
from lib.drafts.mail_text import plain_text
from lib.drafts.outgoing_mail import Letter, outgoing_mail
from lib.drafts.quotation import Quotation
from lib.drafts.template_composer import TemplateComposer
from lib.inbox.parse import parse_mail
from tests.drafts.conftest import START, conversation

SAMPLES = Path(__file__).parents[2] / "samples"
SENT = SAMPLES / "sent" / "answer.eml"
DRAFT = UUID("6f1c1b1e-0000-4000-8000-000000000004")


def answer() -> Letter:
    """What a person released as the answer to the fourth sample: the composer's text, and a link."""
    came = parse_mail((SAMPLES / "mail" / "04-pricing-question.eml").read_bytes(), received_at=START)
    link = "https://calendar.kestrel-cold.example/intro"
    asked = conversation(came.text, booking_link=link, name=came.sender.name)
    deadline = Deadline.after_ms(SystemClock(), 10_000)
    return Letter(
        draft_id=DRAFT,
        sender="Kestrel Cold Hire <hello@kestrel-cold.example>",
        recipient=came.sender.address,
        recipient_name=came.sender.name,
        subject=came.subject,
        body=TemplateComposer().compose(asked, deadline=deadline).text + f"\n\nOr pick a time: {link}.",
        date=START,
        in_reply_to=came.rfc_message_id,
        references=came.reference_ids,
        quotation=Quotation(
            author=came.sender.name or came.sender.address, written_at=came.sent_at, text=came.text
        ),
    )


def test_it_is_what_leaves() -> None:
    """Written anew with `python -m tests.drafts.test_sent_sample` when the form of a mail changes."""
    assert SENT.read_bytes() == bytes(outgoing_mail(answer()).message)


def test_it_reads_as_the_letter() -> None:
    letter = answer()
    read = message_from_bytes(SENT.read_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    plain = read.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == plain_text(letter.body, letter.quotation).splitlines()
    assert (read["In-Reply-To"], read["Subject"]) == (letter.in_reply_to, f"Re: {letter.subject}")


if __name__ == "__main__":
    SENT.write_bytes(bytes(outgoing_mail(answer()).message))
