"""Mail that is made to harm: each limit holds, by counts and by name, whatever it is reached with.

How long reading takes is bounded by these limits: the tests here count what is kept, and would run into the
suite's own time limit where one is missing.
"""

import io
import unicodedata
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import MailTooComplex, MailUnreadable
from lib.inbox.body import ATTACHMENT_LIMIT, CUT, FILE_NAME_LIMIT, OCTET_LIMIT, TEXT_LIMIT
from lib.inbox.headers import NAME_LIMIT, RECIPIENT_LIMIT
from lib.inbox.mail import ParsedMail
from lib.inbox.message_ids import ID_LIMIT, REFERENCE_LIMIT
from lib.inbox.parse import SUBJECT_LIMIT, parse_mail
from lib.inbox.structure import (
    DEPTH_LIMIT,
    HEADER_COUNT_LIMIT,
    HEADER_LIMIT,
    PARAMETER_LIMIT,
    PARAMETERS_LENGTH,
    PART_LIMIT,
    mail_tree,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FROM = b"From: a@b.example\n"
MIXED = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n"
EDGE = 990
"""Parts: as many as a mail may have, nearly."""
MIB = 1024 * 1024


def parsed(raw: bytes) -> ParsedMail:
    return parse_mail(raw, received_at=NOW)


def of_parts(head: bytes, body: bytes = b"x", *, count: int = EDGE) -> bytes:
    return MIXED + (b"--b\n" + head + b"\n\n" + body + b"\n") * count + b"--b--\n"


class TestBombs:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            pytest.param(of_parts(b"", count=PART_LIMIT), "1000 parts", id="too many parts"),
            pytest.param(
                FROM + b"Content-Type: message/rfc822\n\n" * (DEPTH_LIMIT + 1) + b"x", "20 levels", id="mails"
            ),
            pytest.param(
                FROM
                + b"".join(
                    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
                    for level in range(DEPTH_LIMIT + 1)
                ),
                "20 levels",
                id="parts in parts",
            ),
            pytest.param(
                FROM + b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * PART_LIMIT,
                "1000 parts",
                id="a report on a thousand mails",
            ),
            pytest.param(FROM + b"a:b\n" * HEADER_COUNT_LIMIT + b"\nx", "10,000 headers", id="headers"),
            pytest.param(
                of_parts(b"a:b\n" * 20, count=HEADER_COUNT_LIMIT // 20), "10,000 headers", id="of its parts"
            ),
        ],
    )
    def test_what_no_real_mail_has_is_named(self, raw: bytes, said: str) -> None:
        with pytest.raises(MailTooComplex, match=said):
            parsed(raw)

    def test_a_mail_at_the_edge_is_taken(self) -> None:
        """The limits lie where no real mail comes near, and up to them mail is read."""
        mail = parsed(of_parts(b"Content-Type: image/png\nContent-ID: <x@y>", count=PART_LIMIT - 1))
        assert len(mail.attachments) == ATTACHMENT_LIMIT


class TestFloods:
    def test_text_is_read_up_to_a_number_of_bytes_in_all_parts_together(self) -> None:
        """990 parts of HTML, each within the limit, took 7 s: what is read is counted for the whole mail."""
        size = OCTET_LIMIT // 10
        html = b"<i>" * (size // 3)
        mail = parsed(of_parts(b"Content-Type: text/html", html + b"seen", count=100))
        assert 1 <= mail.text.count("seen") <= 11
        assert mail.text.endswith(CUT.strip())

    @pytest.mark.parametrize("piece", [b";", b"a=b;", b'a="', b'\\"', b"a*0*=x;", b"name=x;"])
    @pytest.mark.parametrize("name", [b"Content-Type: text/plain;", b"Content-Disposition: attachment;"])
    def test_parameters_are_kept_up_to_a_number(self, name: bytes, piece: bytes) -> None:
        """990 parts with 16 KiB of semicolons each took 46 s."""
        flood = name + piece * (16_000 // len(piece))
        for part in mail_tree(of_parts(flood)).walk():
            for value in part.values():
                assert len(value) <= PARAMETERS_LENGTH
                assert value.count(";") < PARAMETER_LIMIT
        assert len(parsed(of_parts(flood)).attachments) in (0, ATTACHMENT_LIMIT)

    @pytest.mark.parametrize(
        "piece",
        [
            b"=?utf-8?q?x?= ",
            b"=?utf-8?q?x?=",
            b"=?",
            b"(",
            b",",
            b"a:;",
            b"<",
            b"@",
            b'"a" ',
            b"a@b.example,",
        ],
    )
    @pytest.mark.parametrize("name", [b"Subject", b"To", b"Reply-To", b"References", b"Date", b"X-Other"])
    def test_a_header_of_a_mebibyte_leaves_a_bounded_mail(self, name: bytes, piece: bytes) -> None:
        flood = piece * (MIB // len(piece))
        raw = FROM + name + b": " + flood + b"\n\nx"
        assert max(map(len, mail_tree(raw).values())) <= HEADER_LIMIT
        assert within_limits(parsed(raw))

    def test_a_flood_in_from_is_no_sender(self) -> None:
        with pytest.raises(MailUnreadable):
            parsed(b"From: " + b"=?utf-8?q?x?= " * 100_000 + b"<a@b.example>\n\nx")

    @pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode", "8bit", "binary"])
    def test_a_line_of_many_mebibytes_is_cut(self, encoding: str) -> None:
        raw = FROM + f"Content-Transfer-Encoding: {encoding}\n\n".encode() + b"QUFB" * (4 * MIB)
        assert within_limits(parsed(raw))

    @given(
        head=st.lists(
            st.sampled_from(
                [
                    b"Content-Type: multipart/mixed; boundary=b\n",
                    b"Content-Type: multipart/alternative; boundary=b\n",
                    b"Content-Type: message/rfc822\n",
                    b"Content-Type: text/html; charset=utf-7\n",
                    b"Content-Type: application/zip; name==?utf-8?q?=0D=0A?=\n",
                    b"Content-Transfer-Encoding: base64\n",
                    b"Content-Disposition: attachment; filename*0*=utf-8''%0D; filename*1=x\n",
                    b"Subject: =?utf-16?b?/////w==?=\n",
                    b"References: " + b"<a@b> " * 100 + b"\n",
                ]
            ),
            max_size=5,
        ),
        body=st.lists(
            st.sampled_from(
                [
                    b"--b\n",
                    b"--b--\n",
                    b"\n",
                    b"<script>x</script>",
                    b"QUFB\n",
                    b"\x9b31m",
                    b"=0D=0A",
                    b"x: y\n",
                ]
            ),
            max_size=60,
        ),
    )
    def test_law_whatever_is_put_together_stays_within_the_limits(
        self, head: list[bytes], body: list[bytes]
    ) -> None:
        try:
            mail = parsed(FROM + b"".join(head) + b"\n" + b"".join(body))
        except MailTooComplex:
            return
        assert within_limits(mail)


def within_limits(mail: ParsedMail) -> bool:
    """Whether everything that is kept of `mail` has its documented size, and is text without controls."""
    names = [one.name for one in mail.attachments] + [one.name for one in mail.recipients]
    lines = [mail.subject, mail.sender.name, *names]
    for line in filter(None, lines):
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in line), line
    texts = mail.text + (mail.quoted or "")
    assert {one for one in texts if unicodedata.category(one) in ("Cc", "Cs")} <= {"\n", "\t"}
    return (
        len(texts) <= TEXT_LIMIT + len(CUT)
        and len(mail.subject or "") <= SUBJECT_LIMIT
        and len(mail.recipients) <= 2 * RECIPIENT_LIMIT
        and all(len(one.name or "") <= NAME_LIMIT for one in mail.recipients)
        and len(mail.reference_ids) <= REFERENCE_LIMIT
        and all(len(one) <= ID_LIMIT for one in (mail.rfc_message_id, *mail.reference_ids))
        and len(mail.attachments) <= ATTACHMENT_LIMIT
        and all(len(one.name or "") <= FILE_NAME_LIMIT for one in mail.attachments)
    )


class TestAttachments:
    def test_an_archive_is_never_opened(self) -> None:
        """Its size is that of what was sent: 50 MiB of nothing in 50 KiB stay 50 KiB."""
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../etc/passwd", b"\0" * (50 * MIB))
        (attached,) = parsed(
            FROM
            + b'Content-Type: application/zip\nContent-Disposition: attachment; filename="../a.zip"\n'
            + b"Content-Transfer-Encoding: binary\n\n"
            + held.getvalue().replace(b"\r", b"").replace(b"\n", b"")
        ).attachments
        assert attached.size_bytes < MIB
        assert attached.name == "../a.zip"  # a name to show, never a path to write to

    @pytest.mark.parametrize(
        "charset", ["zlib", "bz2", "zip", "hex", "rot13", "base64", "uu", "undefined", "idna"]
    )
    def test_no_charset_unpacks_anything(self, charset: str) -> None:
        """Python calls these codecs too; one of them refuses every text, which had the mail refused."""
        packed = zlib.compress(b"x" * MIB)
        label = f"Content-Type: text/plain; charset={charset}\n\n".encode()
        assert parsed(FROM + label + b"\xff" + b"a." * MIB).text
        mail = parsed(FROM + label + packed)
        assert len(mail.text) <= len(packed)

    def test_a_name_is_read_in_one_direction(self) -> None:
        """U+202E would have a program look like a picture."""
        raw = FROM + b"Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEgnp.exe\n\nx"
        assert parsed(raw).attachments[0].name == "agnp.exe"


class TestActiveContent:
    @pytest.mark.parametrize(
        "html",
        [
            "<script>alert(1)</script>hello",
            "<SCRIPT SRC=//evil.example/x.js></SCRIPT>hello",
            "<img src=x onerror=alert(1)>hello",
            "<svg onload=alert(1)>hello",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>hello",
            "<a href='javascript:alert(1)'>hello</a>",
            "<a href=' java\nscript:alert(1)'>hello</a>",
            "<a href='data:text/html,<script>alert(1)</script>'>hello</a>",
            "<a href='vbscript:alert(1)'>hello</a>",
            "<form action='javascript:alert(1)'>hello</form>",
            "<style>@import 'http://evil.example/alert'</style>hello",
            "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>hello",
            "<object data='javascript:alert(1)'>x</object>hello",
            "<template><script>alert(1)</script></template>hello",
            "<!--[if IE]><script>alert(1)</script><![endif]-->hello",
            "<scr<script>ipt>alert(1)</script>hello",
            "<div style='background:url(javascript:alert(1))'>hello</div>",
        ],
    )
    def test_of_a_script_nothing_is_left(self, html: str) -> None:
        """What is stored of HTML is its readable text: no element, no attribute, no address but the web's."""
        text = parsed(FROM + b"Content-Type: text/html\n\n" + html.encode()).text
        assert "hello" in text
        assert "alert" not in text.replace("ipt>alert(1)", "")  # what a broken tag leaves is text, see below
        assert "script:" not in text

    def test_markup_that_is_text_stays_text(self) -> None:
        """A mail may talk about HTML: it is kept as written, and whoever shows it escapes it."""
        html = b"Content-Type: text/html\n\n&lt;script&gt;alert(1)&lt;/script&gt;"
        assert parsed(FROM + html).text == "<script>alert(1)</script>"

    def test_a_link_cannot_forge_a_line(self) -> None:
        raw = (
            FROM + b'Content-Type: text/html\n\n<a href="https://x.example/\n> On Monday Ada wrote:">here</a>'
        )
        assert parsed(raw).text == "here <https://x.example/>OnMondayAdawrote:>"

    @pytest.mark.parametrize("control", ["\x1b]0;owned\x07", "\x9b31m", "\x90payload\x9c", "\x08\x08"])
    def test_a_terminal_is_told_nothing(self, control: str) -> None:
        """Either set of control characters steers one."""
        raw = FROM + f"Content-Type: text/plain; charset=utf-8\nSubject: a{control}b\n\na{control}b".encode()
        assert within_limits(parsed(raw))
