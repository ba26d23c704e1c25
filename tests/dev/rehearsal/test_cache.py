"""What takes long to make is made once, and never found half made."""

from pathlib import Path

import pytest

from dev.rehearsal.cache import Cache, cache_folder
from dev.rehearsal.report import NotHere


def never(_folder: Path) -> None:
    pytest.fail("made again")


def write(folder: Path) -> None:
    (folder / "tool").write_text("it")


def test_made_once(tmp_path: Path) -> None:
    made = Cache(tmp_path).get("tools", write)
    assert Cache(tmp_path).get("tools", never) == made
    assert (made / "tool").read_text() == "it"


def test_what_fails_is_removed(tmp_path: Path) -> None:
    def break_off(folder: Path) -> None:
        write(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cache(tmp_path).get("tools", break_off)
    assert not (tmp_path / "tools").exists()


def test_what_a_killed_process_left_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/half").touch()
    made = Cache(tmp_path).get("tools", write)
    assert not (made / "half").exists()


def test_prepared_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotHere, match="tools is not in the cache"):
        Cache(tmp_path / "none", prepared=True).get("tools", never)
    assert not (tmp_path / "none").exists()


def test_it_is_where_caches_belong() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/caches"}) == Path("/caches/everytick/rehearsal")
    assert cache_folder({}) == Path.home() / ".cache/everytick/rehearsal"
