"""The stores that a running bin/dev keeps, for a command in another terminal.

bin/dev writes `.everytick/environment.json`, a flat object of strings readable by its owner alone. It fills
in what is not set, in a bare environment of the same user only: never beside a DATABASE_URL or DEPLOYMENT of
one's own, never on a platform.
"""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lib.environment.catalogue import Code, problem
from lib.environment.decision import Problem
from lib.environment.facts import read_facts

FILE: Final = Path(".everytick/environment.json")
NAMES: Final[tuple[str, ...]] = (
    "DATABASE_URL",
    "EVERYTICK_EMBEDDED_DATABASE",
    "REDIS_URL",
    "CRON_SECRET",
    "INBOUND_SECRET",
    "OPERATOR_TOKEN",
)
"""What the file may fill in; anything else in it is not read."""
WRITER: Final = "writtenByPid"
LARGEST_BYTES: Final = 65_536
WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


class _Unreadable(Exception):
    """The file may not, or cannot, be used; its message completes "the file …"."""


def with_local_stores(
    environ: Mapping[str, str], folder: Path
) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """`environ`, completed from the file under `folder` where it may be; and what is wrong with the file."""
    facts = read_facts(environ)
    if (
        facts.database_url is not None
        or facts.deployment is not None
        or facts.on_vercel
        or facts.host is not None
    ):
        return environ, ()
    try:
        held = _read(folder / FILE)
    except _Unreadable as error:
        return environ, (problem(Code.LOCAL_ENVIRONMENT_UNREADABLE, str(error)),)
    missing = {name: held[name] for name in NAMES if name in held and not environ.get(name, "").strip()}
    return {**environ, **missing}, ()


def _read(file: Path) -> dict[str, str]:
    """What the file holds; nothing when there is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError:
        raise _Unreadable("cannot be opened by this user, or is a link") from None
    with os.fdopen(descriptor, "rb") as opened:
        _require_ours(os.fstat(opened.fileno()))
        text = opened.read(LARGEST_BYTES + 1)
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        raise _Unreadable("is not JSON") from None
    if not isinstance(held, dict) or not all(isinstance(value, str) for value in held.values()):
        raise _Unreadable("is not a flat object of strings")
    return held if _is_alive(held.get(WRITER, "")) else {}


def _is_alive(pid: str) -> bool:
    """Whether the bin/dev that wrote the file still runs; a file that does not say is taken at its word."""
    if not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _require_ours(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_BYTES:
        raise _Unreadable("is not a small regular file")
    if found.st_uid != os.geteuid():
        raise _Unreadable("belongs to another user")
    if found.st_mode & WRITABLE_BY_OTHERS:
        raise _Unreadable("can be written by other users")
