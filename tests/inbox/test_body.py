import pytest

from lib.inbox.body import ATTACHMENT_LIMIT, read_body
from lib.inbox.structure import mail_tree

PARTS = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"


class TestReadBody:
    def test_attachments_are_noted_up_to_a_number(self) -> None:
        raw = PARTS + b"--b\nContent-Type: image/png\n\nx\n" * (ATTACHMENT_LIMIT + 50) + b"--b--\n"
        assert len(read_body(mail_tree(raw)).attachments) == ATTACHMENT_LIMIT

    def test_texts_follow_one_another_and_named_text_is_attached(self) -> None:
        raw = (
            PARTS
            + b"--b\n\none\n--b\n\ntwo\n--b\nContent-Disposition: inline; filename=n.txt\n\nthree\n--b--\n"
        )
        body = read_body(mail_tree(raw))
        assert body.text == "one\n\ntwo"
        assert [(one.name, one.size_bytes) for one in body.attachments] == [("n.txt", 5)]

    @pytest.mark.parametrize("kind", ["image/png", "application/pdf", "text/calendar"])
    def test_a_mail_that_is_an_attachment_has_no_text(self, kind: str) -> None:
        body = read_body(mail_tree(f"From: a@b.example\nContent-Type: {kind}\n\nx".encode()))
        assert (body.text, body.attachments[0].media_type) == ("", kind)
