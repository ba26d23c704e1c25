"""That a function really finds a read-only file system."""

from collections.abc import Sequence
from pathlib import Path

from dev.rehearsal.place import Place
from dev.rehearsal.report import NotAsItMustBe
from dev.step import run_step

_SECONDS = 30
_FORBIDDEN = (".", "/", "/etc", "/var", "/var/tmp", "/usr", "/home", "/opt", "/dev/shm", "/run")  # noqa: S108  # tried
_PROBE = """
import os, sys
def writable(folder):
    name = os.path.join(folder, f"rehearsal-{os.getpid()}")
    try:
        open(name, "x").close()
    except OSError:
        return False
    os.unlink(name)
    return True
print(*(folder for folder in sys.argv[1:] if writable(folder)))
print(writable("/tmp"), os.getuid())
"""


def check_read_only(place: Place, folder: Path, *, python: Path, show: Sequence[Path]) -> str:
    """Say that a process like the function's can write to /tmp and nowhere else. Raises NotAsItMustBe."""
    outcome = run_step(
        "Trying to write",
        place.enclosed(
            [python, "-c", _PROBE, *_FORBIDDEN],
            directory=folder,
            show=[*show, python.parents[2]],
            account=place.account,
        ),
        cwd=folder,
        environment={"PATH": place.path},
        seconds=_SECONDS,
    )
    lines = outcome.output.splitlines()
    if outcome.code or len(lines) != 2:  # noqa: PLR2004  # as printed
        raise NotAsItMustBe(f"could not be tried: {outcome.errors.strip()[-300:]}")
    if lines[0]:
        raise NotAsItMustBe(f"{lines[0]} can be written")
    tmp, user = lines[1].split()
    if tmp != "True":
        raise NotAsItMustBe("the folder for temporary files cannot be written")
    return f"read-only but for /tmp, as user {user}"
