import fcntl
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.runtime_folder import runtime_folder
from tests.dev.conftest import Keeper


def test_it_is_private_short_and_gone_afterwards() -> None:
    with runtime_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(os.fsencode(folder / "pg" / ".s.PGSQL.5432")) <= 103
    assert not folder.exists()


def test_a_long_temporary_folder_is_not_used(long_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(long_folder))
    with runtime_folder() as folder:
        assert folder.parent == Path("/tmp")  # noqa: S108  # the rule under test


def test_what_a_killed_process_left_is_removed_and_a_living_ones_stays(
    keeper: Callable[[str], Keeper],
) -> None:
    code = (
        "from dev.runtime_folder import runtime_folder\n"
        "context = runtime_folder()\nfolder = context.__enter__()\n"
        "kept = [folder.name]"
    )
    dead, alive = keeper(code), keeper(code)
    dead.kill()
    with runtime_folder() as mine:
        left = {folder.name for folder in mine.parent.glob("everytick-*")}
    assert dead.kept[0] not in left
    assert alive.kept[0] in left


def test_nobody_removes_one_that_is_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process sweeps at the very moment before the folder is held."""
    real = fcntl.flock
    swept: list[bool] = []

    def sweep_first(file: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and not swept:
            swept.append(True)
            with runtime_folder():
                pass
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", sweep_first)
    with runtime_folder() as folder:
        assert swept
        assert folder.exists()
