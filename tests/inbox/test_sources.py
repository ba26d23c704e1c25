import io
from pathlib import Path
from typing import BinaryIO, cast

from lib.inbox.mail_files import MailFile, Shape, SourceProblem, find_mail_files
from lib.inbox.sources import READ_LIMIT, RawMail, mails_in

NOTHING = io.BytesIO()


class TestMailsIn:
    def test_an_mbox_is_told_by_its_start_and_its_mails_are_numbered(self, tmp_path: Path) -> None:
        box = tmp_path / "export"
        box.write_bytes(b"From a 09:00 2026\nA: 1\n\nx\n\nFrom a@b 09:00 2026\nB: 2\n")
        found = list(mails_in(find_mail_files([str(box)]).files, NOTHING))
        assert [(mail.label, mail.raw) for mail in found if isinstance(mail, RawMail)] == [
            (f"{box}#1", b"A: 1\n\nx\n"),
            (f"{box}#2", b"B: 2\n"),
        ]

    def test_an_eml_is_one_mail_whatever_it_begins_with(self, tmp_path: Path) -> None:
        file = tmp_path / "one.eml"
        file.write_bytes(b"From a 09:00 2026\nA: 1\n\nx\n")
        (mail,) = mails_in(find_mail_files([str(file)]).files, NOTHING)
        assert isinstance(mail, RawMail)
        assert (mail.label, mail.raw, mail.replayable) == (str(file), file.read_bytes(), True)

    def test_standard_input_is_one_mail_or_an_mbox(self) -> None:
        here = find_mail_files(["-"]).files
        (single,) = mails_in(here, io.BytesIO(b"A:\n1\n\nx"))
        assert isinstance(single, RawMail)
        assert (single.label, single.raw, single.replayable) == ("-", b"A:\n1\n\nx", False)
        several = mails_in(here, io.BytesIO(b"From a 09:00 2026\nA: 1\n\nFrom b 09:00 2026\nB: 2\n"))
        assert [mail.label for mail in several] == ["-#1", "-#2"]

    def test_a_file_over_the_limit_is_read_to_the_limit_only(self, tmp_path: Path) -> None:
        file = tmp_path / "huge.eml"
        with file.open("wb") as handle:
            handle.truncate(30 * 1024 * 1024)
        (mail,) = mails_in(find_mail_files([str(file)]).files, NOTHING)
        assert isinstance(mail, RawMail)
        assert (len(mail.raw), mail.size_bytes) == (READ_LIMIT, 30 * 1024 * 1024)

    def test_what_vanished_or_breaks_is_named_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        (tmp_path / "b.eml").write_bytes(b"x")
        files = [
            MailFile(path=str(tmp_path / "a.eml"), shape=Shape.MAIL, size_bytes=1),
            MailFile(path="-", shape=Shape.EITHER, size_bytes=None),
            MailFile(path=str(tmp_path / "b.eml"), shape=Shape.MAIL, size_bytes=1),
        ]
        first, second, third = mails_in(files, cast("BinaryIO", Broken()))
        assert isinstance(first, SourceProblem)
        assert isinstance(second, SourceProblem)
        assert (first.code, second.code, second.label) == ("path_unreadable", "path_unreadable", "-")
        assert isinstance(third, RawMail)

    def test_an_empty_mbox_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.mbox").write_bytes(b"")
        (problem,) = mails_in(find_mail_files([str(tmp_path)]).files, NOTHING)
        assert isinstance(problem, SourceProblem)
        assert problem.message == "The mbox is empty."


class Broken:
    """A pipe whose other end is gone."""

    def read(self, _size: int) -> bytes:
        raise OSError(5, "Input/output error")
