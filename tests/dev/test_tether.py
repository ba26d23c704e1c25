import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.account import (
    Account,
    can_reach,
    choose_account,
    namespace_account,
    namespaces_work,
    own_account,
    unprivileged_account,
)
from dev.part import TETHER, start_part, tethered
from dev.tether import EXIT_PARENT_GONE
from tests.dev.conftest import PATIENCE_SECONDS, Keeper, wait_until_gone

SLEEPER = "import signal; signal.pause()"


def possible_accounts() -> list[Account]:
    """Every way to change account that this machine and this user have."""
    return [
        own_account(),
        *([namespace_account()] if namespaces_work() else []),
        *([unprivileged_account()] if os.geteuid() == 0 else []),
    ]


@pytest.mark.parametrize("watch", ["", '"--watch",'], ids=["kernel", "watcher"])
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_the_child_of_a_killed_parent_ends(
    watch: str, signum: signal.Signals, keeper: Callable[[str], Keeper]
) -> None:
    """Both ways: the kernel's (Linux) and the watcher's (elsewhere)."""
    parent = keeper(
        "import subprocess, os\n"
        f"command = [sys.executable, '-I', '-S', {str(TETHER)!r}, '--parent', str(os.getpid()),\n"
        f"    {watch} '--signal', '{int(signum)}', '--', sys.executable, '-c',\n"
        "    'import os, signal; print(os.getpid(), flush=True); signal.pause()']\n"
        "child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)\n"
        "kept = [int(child.stdout.readline()), child.pid]"
    )
    parent.kill()
    for pid in parent.kept:
        wait_until_gone(int(pid))


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


def test_a_child_that_comes_too_late_does_not_start() -> None:
    """Its parent died between the fork and the request to the kernel."""
    command = [sys.executable, "-I", "-S", str(TETHER), "--parent", "1", "--signal", "15", "--", "true"]
    assert subprocess.run(command, check=False, timeout=PATIENCE_SECONDS).returncode == EXIT_PARENT_GONE


def test_the_watcher_passes_signals_and_exit_codes_on() -> None:
    code = "import signal, sys\nsignal.signal(15, lambda *_: sys.exit(7))\nprint(flush=True)\nsignal.pause()"
    command = [
        *(sys.executable, "-I", "-S", str(TETHER), "--parent", str(os.getpid()), "--signal", "9"),
        *("--watch", "--", sys.executable, "-c", code),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 7


def test_a_part_that_ignores_its_stop_signal_is_killed(tmp_path: Path) -> None:
    code = f"import signal\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\n{SLEEPER}"
    part = start_part(
        "Deaf",
        [sys.executable, "-c", code],
        log=tmp_path / "deaf.log",
        stop_signal=signal.SIGTERM,
        parent_gone=signal.SIGKILL,
        cwd=tmp_path,
        grace_seconds=0.2,
    )
    while "deaf" not in part.tail():
        assert part.exit_code() is None
    part.stop()
    assert part.exit_code() == -signal.SIGKILL


def test_reach_needs_every_folder_above(tmp_path: Path) -> None:
    stranger = Account(change="", owner=os.geteuid() + 1, group=os.getegid() + 1, foreign=True)
    closed = tmp_path / "closed"
    below = closed / "below"
    below.mkdir(parents=True)
    closed.chmod(0o700)
    assert not can_reach(below / "file", stranger)
    assert can_reach(Path("/file"), stranger)
    assert can_reach(below / "file", own_account())
