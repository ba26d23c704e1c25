"""Which account runs PostgreSQL: it refuses root, and its tools want one that has a name."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dev.part import TETHER
from dev.problem import Problem
from dev.tether import NAMESPACE

_ROOT = 0
_NOBODY = 65534
_PROBE_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who a server runs as.

    `change` is tether's `--account` (empty: no change). `owner` is the user's number that files
    get on disk, `group` its group. `foreign` says that it is not us, so that it needs its own
    copy of the binaries and folders it can reach.
    """

    change: str
    owner: int
    group: int
    foreign: bool = False


def own_account() -> Account:
    """Us, as we are."""
    return Account(change="", owner=os.geteuid(), group=os.getegid())


def namespace_account() -> Account:
    """Us, under another number in a user namespace of its own."""
    return Account(change=f"{NAMESPACE}:{_named_user()}", owner=os.geteuid(), group=os.getegid())


def unprivileged_account() -> Account:
    """The account that owns nothing."""
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(change=f"{_NOBODY}:{_NOBODY}", owner=_NOBODY, group=_NOBODY, foreign=True)
    return Account(
        change=f"{nobody.pw_uid}:{nobody.pw_gid}",
        owner=nobody.pw_uid,
        group=nobody.pw_gid,
        foreign=True,
    )


def choose_account() -> Account:
    """Choose for this machine. Raises Problem where no way is left."""
    named = _has_name(os.geteuid())
    if os.geteuid() != _ROOT and named:
        return own_account()
    if namespaces_work():
        return namespace_account()
    if os.geteuid() == _ROOT:
        return unprivileged_account()
    raise Problem(
        f"PostgreSQL needs a user with a name, and number {os.geteuid()} has none here. "
        "Run this as a user in /etc/passwd, or set DATABASE_URL to a server of yours."
    )


def namespaces_work() -> bool:
    """Whether this machine lets us start a process in a user namespace of its own."""
    if sys.platform != "linux":
        return False
    command = [
        *(sys.executable, "-I", "-S", "-B", str(TETHER)),
        *("--parent", str(os.getpid()), "--signal", "9", "--account", namespace_account().change),
        *("--", sys.executable, "-I", "-S", "-c", ""),
    ]
    try:
        return (
            subprocess.run(command, capture_output=True, check=False, timeout=_PROBE_SECONDS).returncode == 0
        )
    except subprocess.TimeoutExpired:
        return False


def can_reach(path: Path, account: Account) -> bool:
    """Whether `account` may pass through every folder above `path`."""
    return all(_may_pass(folder.stat(), account) for folder in path.parents)


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.owner:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.group:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _named_user() -> int:
    """A number, other than root's, that has a name: initdb looks it up."""
    if _has_name(_NOBODY):
        return _NOBODY
    return next((user.pw_uid for user in pwd.getpwall() if user.pw_uid != _ROOT), _NOBODY)
