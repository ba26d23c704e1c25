import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.account import Account, can_reach, choose_account, own_account
from dev.part import tethered
from tests.dev.conftest import PATIENCE_SECONDS, Keeper, possible_accounts, wait_until_gone


@pytest.mark.parametrize("account", possible_accounts(), ids=lambda account: account.change or "own")
def test_the_child_of_a_killed_parent_ends_under_every_account(
    account: Account, keeper: Callable[[str], Keeper]
) -> None:
    """A change of account clears what the kernel was told before."""
    parent = keeper(
        "import subprocess, signal\nfrom dev.part import tethered\n"
        f"command = tethered(['sleep', '600'], parent_gone=signal.SIGTERM, account={account.change!r})\n"
        "kept = [subprocess.Popen(command).pid]\n"
        "while open(f'/proc/{kept[0]}/comm').read() != 'sleep\\n': pass"
    )
    parent.kill()
    wait_until_gone(int(parent.kept[0]))


@pytest.mark.parametrize("account", possible_accounts(), ids=lambda account: account.change or "own")
def test_no_account_is_root(account: Account) -> None:
    """But our own, where that is root."""
    answer = subprocess.run(
        tethered(["id", "-u"], parent_gone=signal.SIGKILL, account=account.change),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
        cwd="/",
    )
    expected = os.geteuid() if not account.change else int(account.change.split(":")[-1])
    assert int(answer.stdout) == expected


def test_the_chosen_account_is_one_that_postgresql_accepts() -> None:
    assert os.geteuid() != 0 or choose_account().change


def test_reach_needs_every_folder_above(tmp_path: Path) -> None:
    stranger = Account(change="", owner=os.geteuid() + 1, group=os.getegid() + 1, foreign=True)
    closed = tmp_path / "closed"
    below = closed / "below"
    below.mkdir(parents=True)
    closed.chmod(0o700)
    assert not can_reach(below / "file", stranger)
    assert can_reach(Path("/file"), stranger)
    assert can_reach(below / "file", own_account())
