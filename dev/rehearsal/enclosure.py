"""Runs a command with mounts of its own: a read-only file system but for /tmp, in another root if told.

Started as a program of its own (`python -I -S enclosure.py … -- command …`), because what it does belongs
between fork and exec. The mounts are this process's alone and end with it: nothing is left to unmount.
Linux only; an ordinary user needs user namespaces for it.
"""

import argparse
import codecs
import ctypes
import os
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dev.tether import EXIT_PARENT_GONE, become, die_with_parent

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_BIND = 0x1000
_MS_MOVE = 0x2000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_SYS_MOUNT_SETATTR = 442
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_ATTR_READ_ONLY = 1
_TMP = Path("/tmp")  # noqa: S108  # what the platform leaves writable
_TMP_SIZE = "size=512m,mode=1777"  # as the platform's

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    )


def enclose(*, root: Path, show: list[Path], keep: list[Path]) -> None:
    """Give this process mounts of its own, and enter `root`.

    Everything is read-only but a fresh /tmp and the paths in `keep`; `show` and `keep` are found at their
    own paths whatever covers them (a fresh /tmp, another root). Raises OSError where the kernel refuses.
    """
    codecs.lookup("ascii")  # for `become`: in another root, this Python's library is out of reach
    flags = _CLONE_NEWNS
    user, group = os.geteuid(), os.getegid()
    if user:
        flags |= _CLONE_NEWUSER
    _check(_libc.unshare(flags), "unshare")
    if user:
        Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    _mount(None, Path("/"), flags=_MS_REC | _MS_PRIVATE)
    held = {path: os.open(path, os.O_PATH) for path in (*show, *keep)}
    if root != Path("/"):
        _mount(root, root, flags=_MS_BIND)
        for system in ("proc", "dev", "sys"):
            _mount(Path("/") / system, root / system, flags=_MS_BIND | _MS_REC)
    _mount(Path("tmpfs"), _inside(root, _TMP), kind="tmpfs", data=_TMP_SIZE)
    for path, descriptor in held.items():
        place = _inside(root, path)
        if path.is_dir() or not path.exists():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        _mount(Path(f"/proc/self/fd/{descriptor}"), place, flags=_MS_BIND | _MS_REC)
        os.close(descriptor)
    _read_only(root, on=True)
    for path in (_TMP, Path("/proc"), *keep):
        _read_only(_inside(root, path), on=False)
    if root != Path("/"):
        # Moved to the top, not entered by chroot alone: inside one, no user namespace can be made.
        os.chdir(root)
        _mount(Path(), Path("/"), flags=_MS_MOVE)
        os.chroot(".")


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _mount(source: Path | None, place: Path, *, flags: int = 0, kind: str = "", data: str = "") -> None:
    _check(
        _libc.mount(
            str(source).encode() if source else None,
            os.fsencode(place),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            data.encode() or None,
        ),
        f"mount {place}",
    )


def _read_only(place: Path, *, on: bool) -> None:
    """For `place` and, when switching it on, every mount beneath it."""
    wanted = _MountAttributes(_ATTR_READ_ONLY if on else 0, 0 if on else _ATTR_READ_ONLY, 0, 0)
    _check(
        _libc.syscall(
            ctypes.c_long(_SYS_MOUNT_SETATTR),
            ctypes.c_int(_AT_FDCWD),
            os.fsencode(place),
            ctypes.c_uint(_AT_RECURSIVE if on else 0),
            ctypes.byref(wanted),
            ctypes.c_size_t(ctypes.sizeof(wanted)),
        ),
        f"mount_setattr {place}",
    )


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def main() -> NoReturn:
    """Run the command given on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--root", type=Path, default=Path("/"))
    parser.add_argument("--show", type=Path, action="append", default=[])
    parser.add_argument("--keep", type=Path, action="append", default=[])
    parser.add_argument("--account", default="")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    enclose(root=options.root, show=options.show, keep=options.keep)
    if options.account:
        become(options.account)
    die_with_parent(options.signal)  # a change of account has cleared what was asked before
    if os.getppid() != options.parent:
        sys.exit(EXIT_PARENT_GONE)
    os.chdir(options.directory)
    os.execvp(options.command[0], options.command)  # noqa: S606  # no shell wanted


if __name__ == "__main__":
    main()
