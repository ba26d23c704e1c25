import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from dev.part import TETHER
from dev.tether import EXIT_PARENT_GONE
from tests.dev.conftest import PATIENCE_SECONDS, Keeper, wait_until_gone


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
