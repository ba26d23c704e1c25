"""A Debian 13 in a folder, for a machine whose own Python is too old for the platform's tools."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from dev.console import say
from dev.problem import Problem
from dev.rehearsal.cache import Cache
from dev.rehearsal.place import Place
from dev.rehearsal.report import NotHere
from dev.step import Outcome, run_step

_NAME = "debian-13-redis"
_SUITE = "trixie"
_PACKAGES = "python3,python3-venv,nodejs,ca-certificates,git,redis-server"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_MAKE_SECONDS = 600
_APT_SECONDS = 120
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_LEFT_OVER = ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale")


def debian_folder(cache: Cache, environment: Mapping[str, str]) -> Path:
    """Give the folder; made the first time, by debootstrap, as root.

    Raises NotHere where that cannot be, saying what is missing.
    """
    if os.geteuid() != 0:
        raise NotHere("making a Debian folder needs root.")
    return cache.get(_NAME, lambda folder: _make(folder, environment)) / "root"


def _make(folder: Path, environment: Mapping[str, str]) -> None:
    clean = {"PATH": _PATH, "LC_ALL": "C", **{n: environment[n] for n in _PASSED_ON if n in environment}}
    if not _KEYRING.exists():
        raise NotHere(f"{_KEYRING} is missing: what is downloaded could not be checked.")
    mirror = mirror_of(_apt(["apt-get", "indextargets", "--format", _TARGET, "Created-By: Packages"], clean))
    if mirror is None:
        raise NotHere("apt's configuration names no archive of Debian.")
    proxy = _apt(["apt-config", "dump", "--format", "%v%n", "Acquire::http::Proxy"], clean).output.strip()
    if proxy and proxy != "DIRECT":
        clean.setdefault("http_proxy", proxy)
    program, clean["DEBOOTSTRAP_DIR"] = _debootstrap(folder, clean)
    say("Debian", "making a folder with Debian 13 (the first time takes a minute)")
    root = folder / "root"
    root.mkdir()
    # Its own mounts (proc, sys) are made in a process of their own, and end with it.
    here = Place(root=Path("/"), python=Path(sys.executable), version="", encloses=True, account="")
    command: list[str | Path] = [
        *(program, "--variant=minbase", f"--include={_PACKAGES}"),
        *(f"--keyring={_KEYRING}", "--force-check-gpg", _SUITE, root, mirror),
    ]
    try:
        outcome = run_step(
            "debootstrap",
            here.enclosed(command, directory=folder, keep=[folder]),
            cwd=folder,
            environment=clean,
            seconds=_MAKE_SECONDS,
        )
    except Problem as problem:
        raise NotHere(str(problem)) from problem
    if outcome.code:
        raise NotHere(f"debootstrap failed:\n{_end(outcome)}")
    for name in _LEFT_OVER:
        shutil.rmtree(root / name, ignore_errors=True)


_TARGET = "$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)"


def mirror_of(targets: Outcome) -> str | None:
    """Give the address of the Debian archive that apt uses, by what `apt-get indextargets` printed."""
    for line in targets.output.splitlines():
        origin, label, component, address = [*line.split(), "", "", "", ""][:4]
        if (origin, label, component) == ("Debian", "Debian", "main") and address:
            return address
    return None


def _debootstrap(folder: Path, clean: Mapping[str, str]) -> tuple[Path, str]:
    """The program and its own folder: the machine's, else one unpacked beside the new folder."""
    own = shutil.which("debootstrap", path=_PATH)
    if own:
        return Path(own), "/usr/share/debootstrap"
    fetched = folder / "debootstrap"
    fetched.mkdir()
    outcome = _apt(["apt-get", "download", "debootstrap"], clean, directory=fetched)
    packages = sorted(fetched.glob("debootstrap_*.deb"))
    if outcome.code or not packages:
        raise NotHere(
            f"debootstrap is not installed and cannot be had (is the index there? apt-get update):"
            f"\n{_end(outcome)}"
        )
    unpacked = _apt(["dpkg-deb", "-x", str(packages[0]), str(fetched)], clean)
    if unpacked.code:
        raise NotHere(f"{packages[0].name} cannot be unpacked:\n{_end(unpacked)}")
    return fetched / "usr/sbin/debootstrap", str(fetched / "usr/share/debootstrap")


def _apt(command: list[str], clean: Mapping[str, str], *, directory: Path = Path("/")) -> Outcome:
    if shutil.which(command[0], path=_PATH) is None:
        raise NotHere(f"this machine has no {command[0]}, so it cannot make a Debian folder.")
    try:
        return run_step(command[0], command, cwd=directory, environment=clean, seconds=_APT_SECONDS)
    except Problem as problem:
        raise NotHere(str(problem)) from problem


def _end(outcome: Outcome) -> str:
    return "\n".join((outcome.output + outcome.errors).strip().splitlines()[-5:])
