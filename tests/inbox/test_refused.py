from pathlib import Path

import pytest

from lib.inbox import refused
from lib.inbox.refused import keep_refused


class TestKeepRefused:
    def test_the_same_mail_is_kept_once_for_its_owner_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refused, "FOLDER", tmp_path / "a" / "b")
        assert keep_refused(b"x") == keep_refused(b"x")
        (kept,) = (tmp_path / "a" / "b").iterdir()
        assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (b"x", 0o600)
        assert kept.parent.stat().st_mode & 0o777 == 0o700

    def test_where_nothing_can_be_written_it_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setattr(refused, "FOLDER", tmp_path / "file" / "sub")
        assert keep_refused(b"x") is None
