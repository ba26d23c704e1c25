"""Tests of lib/replay/files.py."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.replay.errors import ReplayUnwritable, RunNotFound
from lib.replay.files import FOLDER, find_run, run_id_at, write_whole


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_run_is_named_by_its_time() -> None:
    instant = datetime(2026, 11, 24, 13, 58, 1, 250_000, tzinfo=UTC)
    assert run_id_at(instant) == "run-2026-11-24T13-58-01-250Z"


def test_is_for_its_owner_only() -> None:
    write_whole(Path("new") / "file.json", "{}")
    assert (Path("new") / "file.json").stat().st_mode & 0o077 == 0


def test_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption leaves the old file and nothing beside it."""
    path = Path("file.json")
    write_whole(path, "old")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert (path.read_text(), [one.name for one in Path().iterdir()]) == ("old", ["file.json"])


def test_a_place_that_cannot_be_written_is_named() -> None:
    Path("file").write_text("")
    with pytest.raises(ReplayUnwritable, match=r"file/run\.json"):
        write_whole(Path("file") / "run.json", "{}")


class TestFind:
    @pytest.mark.parametrize("said", ["latest", "run-2", "run-2.json", ".artifacts/ai-replay/run-2.json"])
    def test_a_run(self, said: str) -> None:
        for name in ("run-1", "run-2", "run-3.partial"):
            write_whole(FOLDER / f"{name}.json", "{}")
        assert find_run(said) == FOLDER / "run-2.json"

    @pytest.mark.parametrize("said", ["latest", "run-7", "nowhere.json", ""])
    def test_none(self, said: str) -> None:
        with pytest.raises(RunNotFound):
            find_run(said)
