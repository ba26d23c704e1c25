"""Runs a command that ends when its parent ends, as another account if told.

Started as a program of its own (`python -I -S tether.py --parent PID --signal N [--account A]
-- command …`) between parent and command, because what it does belongs between fork and exec.

On Linux the kernel sends the signal when the parent dies, kill -9 included, and this program
replaces itself by the command. Elsewhere it stays, watches its own parent and passes signals on.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

NAMESPACE = "namespace"
EXIT_PARENT_GONE = 125
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_WATCH_SECONDS = 0.25
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def die_with_parent(signum: int) -> None:
    """Have the kernel send `signum` to this process when its parent's thread ends (Linux).

    Has to come after a change of account, which clears it.
    """
    _call("prctl", _PR_SET_PDEATHSIG, signum, 0, 0, 0)


def become(account: str) -> None:
    """Change to `account`: `UID:GID`, or `namespace:UID` for our own rights under that number.

    In a user namespace of its own the process still is us for every file, yet its user's number
    is not 0, which PostgreSQL insists on (it refuses to run as root).
    """
    kind, _, number = account.partition(":")
    if kind != NAMESPACE:
        os.setgroups([])
        os.setgid(int(number))
        os.setuid(int(kind))
        return
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWUSER)
    _write("/proc/self/uid_map", f"{number} {uid} 1")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/gid_map", f"{number} {gid} 1")


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*(ctypes.c_ulong(argument) for argument in arguments)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123  # -S start: no more imports
        file.write(text)


def _watch(command: list[str], *, parent: int, signum: int) -> int:
    child = subprocess.Popen(command)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in _PASSED_ON:
        signal.signal(number, pass_on)
    told = False
    while child.poll() is None:
        if not told and os.getppid() != parent:
            child.send_signal(signum)
            told = True
        time.sleep(_WATCH_SECONDS)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _turn_into(command: list[str]) -> NoReturn:
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored by Python, not by what we start
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606  # no shell wanted


def main() -> int:
    """Run the command given on the command line; returns only where the kernel cannot watch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--account", default="")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.account:
        become(options.account)
    if options.watch:
        return _watch(options.command, parent=options.parent, signum=options.signal)
    die_with_parent(options.signal)
    if os.getppid() != options.parent:  # it died before we asked
        return EXIT_PARENT_GONE
    _turn_into(options.command)


if __name__ == "__main__":
    sys.exit(main())
