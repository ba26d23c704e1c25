import io
import mailbox
from pathlib import Path

import pytest

from lib.inbox.mbox import looks_like_mbox, mails_of

LIMIT = 1_000


def mails(content: bytes, *, size_limit: int = LIMIT) -> list[bytes]:
    return [raw for raw, _ in mails_of(io.BytesIO(content), size_limit=size_limit)]


class TestMailsOf:
    def test_what_the_standard_library_wrote_is_read_back(self, tmp_path: Path) -> None:
        bodies = [b"Subject: %d\n\nline\n\nFrom the start of a line\n" % number for number in range(3)]
        box = mailbox.mbox(tmp_path / "box")
        for body in bodies:
            box.add(body)
        box.close()
        assert mails((tmp_path / "box").read_bytes()) == bodies

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            pytest.param(b"", [], id="empty"),
            pytest.param(b"From a@b Mon Mar  2 09:00:00 2026\n", [b""], id="a separator alone"),
            pytest.param(b"From bare\nA: 1\n\nx\n", [b"A: 1\n\nx\n"], id="the first separator may be bare"),
            pytest.param(
                b"From a@b Mon Mar  2 09:00:00 2026\nA: 1\n\nhello\n\nFrom Monday on we rest.\n",
                [b"A: 1\n\nhello\n\nFrom Monday on we rest.\n"],
                id="a sentence is no separator",
            ),
            pytest.param(
                b"From a@b Mon Mar  2 09:00:00 2026\nA: 1\n\nx\nFrom a@b Mon Mar  2 09:00:00 2026\nB: 2\n",
                [b"A: 1\n\nx\nFrom a@b Mon Mar  2 09:00:00 2026\nB: 2\n"],
                id="without a blank line before it is text",
            ),
            pytest.param(
                b"From a@b Mon Mar 02 09:00:00 +0000 2026\r\nA: 1\r\n\r\nx\r\n\r\n"
                b"From a@b Mon Mar 02 09:00:00 +0000 2026\r\nB: 2\r\n\r\n>From y\r\n>>From z\r\n",
                [b"A: 1\r\n\r\nx\r\n", b"B: 2\r\n\r\nFrom y\r\n>From z\r\n"],
                id="line ends of the network, quoted From",
            ),
            pytest.param(b"no separator at all\n", [b"no separator at all\n"], id="not an mbox"),
        ],
    )
    def test_splits(self, content: bytes, expected: list[bytes]) -> None:
        assert mails(content) == expected

    def test_a_mail_over_the_limit_is_cut_with_its_real_size(self) -> None:
        """Memory stays flat however large one mail is, and those after it are read."""
        big = b"A: 1\n\n" + b"x" * 79 + b"\n"
        content = (
            b"From a@b Mon Mar  2 09:00:00 2026\n" + big + b"y" * 80 * 50_000 + b"\n\n"
            b"From a@b Mon Mar  2 09:00:00 2026\nB: 2\n\nz\n"
        )
        (first, size), (second, _) = mails_of(io.BytesIO(content), size_limit=LIMIT)
        assert len(first) < LIMIT + 70_000
        assert size > 4_000_000
        assert second == b"B: 2\n\nz\n"

    def test_a_separator_inside_an_endless_line_is_text(self) -> None:
        line = b"x" * 65_536 + b"From a@b Mon Mar  2 09:00:00 2026\n"
        assert len(mails(b"From a@b Mon Mar  2 09:00:00 2026\nA: 1\n\n" + line, size_limit=10**6)) == 1

    def test_looks(self) -> None:
        assert looks_like_mbox(b"From x")
        assert not looks_like_mbox(b"From: x")
