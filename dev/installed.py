"""Checks that what is installed is what requirements.txt locks; part of the platform's build.

The platform's builder prefers pyproject.toml to a lock that is not of its own kind, and would then install
whatever is newest. Needs nothing but the standard library: it runs beside the run-time packages alone.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from dev.console import complain, say

LOCK = "requirements.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)\s*(;)?", re.MULTILINE)


def differences(lock: str, installed: Iterable[tuple[str, str]]) -> list[str]:
    """What of `lock` (the file's text) is missing among `installed` (name, version) or differs there.

    A pin with a marker may be missing: it can be another platform's. Packages that the lock does not name
    (the platform's own runtime) are not ours to judge.
    """
    pins: dict[str, set[str]] = {}
    needed: set[str] = set()
    for name, version, marker in _PIN.findall(lock):
        pins.setdefault(_canonical(name), set()).add(version)
        if not marker:
            needed.add(_canonical(name))
    found: Mapping[str, str] = {_canonical(name): version for name, version in installed}
    return [
        *(f"{name} is not installed" for name in sorted(needed - found.keys())),
        *(
            f"{name} is installed as {found[name]}, locked as {' or '.join(sorted(versions))}"
            for name, versions in sorted(pins.items())
            if name in found and found[name] not in versions
        ),
    ]


def main() -> int:
    """Compare this interpreter's packages with the lock; exit 1 on a difference."""
    lock = (Path(__file__).parents[1] / LOCK).read_text()
    found = differences(lock, ((held.name, held.version) for held in distributions()))
    for difference in found:
        complain(difference)
    if not found:
        say("Packages", f"as locked in {LOCK}")
    return 1 if found else 0


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
