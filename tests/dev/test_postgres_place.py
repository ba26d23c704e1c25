import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dev import postgres_place
from dev.account import Account
from dev.postgres_binaries import PostgresBinaries
from dev.postgres_place import prepare_place
from dev.postgres_server import start_postgres
from dev.problem import Problem
from tests.dev.conftest import possible_accounts


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can pass through, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="et-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def that_start_postgres() -> list[Account]:
    return [account for account in possible_accounts() if account.change or os.geteuid() != 0]


def modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


@pytest.mark.parametrize("account", that_start_postgres(), ids=lambda account: account.change or "own")
@pytest.mark.parametrize("closed", [False, True], ids=["open folders above", "a closed folder above"])
def test_a_server_starts_under_every_account(
    account: Account,
    closed: bool,  # noqa: FBT001 - a parameter of the table
    binaries: PostgresBinaries,
    open_folder: Path,
    sockets: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twice, with the data kept; and no folder of others is opened up for it."""
    shared = open_folder / "var-tmp"
    shared.mkdir()
    monkeypatch.setattr(postgres_place, "_SHARED_PLACE", shared)
    above = open_folder / "with a space"
    above.mkdir(mode=0o700 if closed else 0o755)
    state = above / ".everytick"
    state.mkdir(mode=0o700)
    before = modes(above)
    for expected in ([], [(1,)]):
        place = prepare_place(state, binaries, account=account)
        server = start_postgres(place, sockets=sockets, logs=sockets, durable=False)
        try:
            with psycopg.connect(server.url) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
                assert connection.execute("SELECT number FROM kept").fetchall() == expected
                connection.execute("INSERT INTO kept VALUES (1)")
        finally:
            server.part.stop()
            (sockets / "pg").rmdir()
    assert modes(above) == before
    assert place.data.stat().st_uid == account.owner
    assert (shared in place.data.parents) == (closed and account.foreign)


def test_a_shared_folder_of_somebody_else_is_refused(
    binaries: PostgresBinaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names in a folder that all may write to can be taken by anybody."""
    monkeypatch.setattr(postgres_place, "_SHARED_PLACE", tmp_path)
    monkeypatch.setattr(postgres_place, "can_reach", lambda _path, _account: False)
    foreign = Account(change="1:1", owner=1, group=1, foreign=True)
    state = tmp_path / "state"
    state.mkdir()
    (tmp_path / "planted").mkdir()
    (tmp_path / postgres_place.shared_name(state)).symlink_to(tmp_path / "planted")
    with pytest.raises(Problem, match="somebody else made it"):
        prepare_place(state, binaries, account=foreign)


def test_data_of_another_version_is_refused(binaries: PostgresBinaries, tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("13\n", encoding="ascii")
    with pytest.raises(Problem, match="made by PostgreSQL 13") as caught:
        prepare_place(tmp_path, binaries)
    assert f"rm -rf '{data}'" in str(caught.value)


def test_a_folder_that_is_no_data_folder_is_refused(binaries: PostgresBinaries, tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(Problem, match="not a PostgreSQL data folder"):
        prepare_place(tmp_path, binaries)


def test_data_of_another_user_is_refused(binaries: PostgresBinaries, tmp_path: Path) -> None:
    """Said by the owner's number, whichever of the two is root."""
    with_other_owner = Account(change="", owner=os.geteuid() + 1, group=os.getegid())
    (tmp_path / "postgres").mkdir()
    with pytest.raises(Problem, match="Start as the user who made it"):
        prepare_place(tmp_path, binaries, account=with_other_owner)
