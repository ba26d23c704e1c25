import os
from pathlib import Path

import pytest

from lib.inbox.mail_files import Shape, find_mail_files


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


@pytest.mark.usefixtures("root")
class TestFindMailFiles:
    def test_a_folder_is_searched_in_a_fixed_order(self) -> None:
        put("in/b.eml", "in/a.EML", "in/sub/c.mbox", "in/sub/mbox", "in/readme.md", "in/.hidden.eml")
        found = find_mail_files(["in"])
        assert [(file.path, file.shape) for file in found.files] == [
            ("in/a.EML", Shape.MAIL),
            ("in/b.eml", Shape.MAIL),
            ("in/sub/c.mbox", Shape.MBOX),
            ("in/sub/mbox", Shape.MBOX),
        ]
        assert (found.other_files, found.problems, found.size_bytes) == (1, [], 4)

    def test_a_maildir_gives_every_message_and_those_of_its_folders(self) -> None:
        put("box/new/1.host", "box/cur/2.host:2,S", "box/cur/.index", "box/tmp/3.host")
        put("box/.Sent/new/.keep", "box/.Sent/cur/4.host:2,S", "box/dovecot.index")
        found = find_mail_files(["box"])
        assert [file.path for file in found.files] == [
            "box/.Sent/cur/4.host:2,S",
            "box/cur/2.host:2,S",
            "box/new/1.host",
        ]

    def test_a_maildirs_cur_may_be_named_itself(self) -> None:
        put("box/new/1.host", "box/cur/2.host")
        assert [file.path for file in find_mail_files(["box/cur"]).files] == ["box/cur/2.host"]

    def test_a_named_file_is_taken_whatever_its_name(self) -> None:
        put("export", "one.eml")
        shapes = [
            (file.path, file.shape) for file in find_mail_files(["export", "one.eml", "export", "-"]).files
        ]
        assert shapes == [("export", Shape.EITHER), ("one.eml", Shape.MAIL), ("-", Shape.EITHER)]
        assert find_mail_files(["one.eml", "-"]).size_bytes is None

    def test_links_that_run_in_a_circle_end(self, root: Path) -> None:
        put("in/sub/a.eml")
        Path("in/sub/loop").symlink_to(root / "in")
        Path("in/again").symlink_to(root / "in" / "sub")
        assert len(find_mail_files(["in"]).files) == 1

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            pytest.param("missing", "path_missing", id="missing"),
            pytest.param("empty", "no_mail", id="a folder without mail"),
            pytest.param("loop.eml", "path_unreadable", id="a link to itself"),
            pytest.param("pipe.eml", "not_a_file", id="a pipe"),
            pytest.param("x\x00y", "path_unreadable", id="a name that cannot be"),
            pytest.param("n" * 5000, "path_unreadable", id="a name too long"),
        ],
    )
    def test_what_gives_no_mail_is_named(self, root: Path, name: str, code: str) -> None:
        (root / "empty").mkdir()
        put("empty/readme.md")
        (root / "loop.eml").symlink_to(root / "loop.eml")
        os.mkfifo(root / "pipe.eml")
        found = find_mail_files([name])
        assert [(problem.label, problem.code) for problem in found.problems] == [(name, code)]
        assert found.files == []

    def test_in_a_folder_a_dead_link_is_named_only_where_mail_was_meant(self) -> None:
        put("in/a.eml")
        Path("in/b.eml").symlink_to("nowhere")
        Path("in/c.txt").symlink_to("nowhere")
        assert [problem.label for problem in find_mail_files(["in"]).problems] == ["in/b.eml"]

    def test_a_folder_that_cannot_be_listed_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Root reads every folder, so the refusal is made where the file system would make it."""
        put("in/sub/a.eml", "in/b.eml")
        listing = Path.iterdir

        def refuse(path: Path) -> object:
            if path.name == "sub":
                raise PermissionError(13, "Permission denied")
            return listing(path)

        monkeypatch.setattr(Path, "iterdir", refuse)
        found = find_mail_files(["in"])
        assert [file.path for file in found.files] == ["in/b.eml"]
        assert [(problem.label, problem.code) for problem in found.problems] == [
            ("in/sub", "path_unreadable")
        ]
