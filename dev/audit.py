"""Known vulnerabilities of what is locked, and the bill of materials of what ships. Needs uv.

Both tools run in environments of their own, at the versions here: they are no part of the locks.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from dev.console import complain, say
from dev.locks import read_lock
from dev.problem import Problem
from dev.project import here
from dev.step import Outcome, run_step

AUDITOR = "pip-audit==2.9.0"
BILL_WRITER = "cyclonedx-bom==7.2.1"
AUDITED = "requirements-dev.txt"
"""The widest lock: the other two are within it."""
SHIPPED = "requirements.txt"
SECONDS = 300
"""For one tool, its installation counted."""
WELL, FAILED, DEGRADED = 0, 1, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is known of the locked packages."""

    sound: tuple[str, ...]
    """`name version`: looked up, and nothing is known against it."""
    vulnerable: tuple[str, ...]
    """`name version: id, mended in …`."""
    unknown: tuple[str, ...]
    """`name version`: nobody could be asked. pip-audit itself calls that no known vulnerability."""


def judge(report: Mapping[str, Any], locked: Mapping[str, str]) -> Audit:
    """What `report`, pip-audit's JSON, says of the `locked` packages (name → version)."""
    told: dict[str, Any] = {canonicalize_name(one["name"]): one for one in report["dependencies"]}
    sound, vulnerable, unknown = [], [], []
    for name, version in sorted(locked.items()):
        one = told.get(name)
        if one is None or "skip_reason" in one:
            unknown.append(f"{name} {version}")
        elif not one["vulns"]:
            sound.append(f"{name} {version}")
        for found in (one or {}).get("vulns", ()):
            mended = ", ".join(found.get("fix_versions") or ["no version yet"])
            vulnerable.append(f"{name} {version}: {found['id']}, mended in {mended}")
    return Audit(sound=tuple(sound), vulnerable=tuple(vulnerable), unknown=tuple(unknown))


def bill_problems(bill: Mapping[str, Any], locked: Mapping[str, str]) -> list[str]:
    """Where `bill`, a CycloneDX document, and the `locked` packages disagree."""
    listed: dict[str, str] = {
        canonicalize_name(one["name"]): one.get("version") for one in bill.get("components", ())
    }
    return [
        *(
            f"{name} {version} is locked and not in it"
            for name, version in locked.items()
            if name not in listed
        ),
        *(f"{name} is in it and not locked" for name in listed if name not in locked),
        *(
            f"{name} is in it as {listed[name]} and locked as {version}"
            for name, version in locked.items()
            if name in listed and listed[name] != version
        ),
    ]


def audit(root: Path, *, seconds: float = SECONDS) -> int:
    """Look up every locked package; 0: none is known to be vulnerable, 1: one is, 7: not all could be asked.

    Lines of the lock that are for another platform or Python than this one are left out.
    """
    locked = _locked(root / AUDITED, here_only=True)
    words = (
        "-r",
        AUDITED,
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    )
    done = _tool(AUDITOR, "pip-audit", *words, root=root, seconds=seconds)
    try:
        found = judge(json.loads(done.output), locked)
    except (ValueError, KeyError, TypeError):
        last = (done.errors.strip().splitlines() or ["it said nothing"])[-1]
        raise Problem(f"pip-audit could not look anything up: {last}") from None
    for line in found.vulnerable:
        complain(f"Vulnerable: {line}")
    if found.unknown:
        complain(f"Not looked up, {len(found.unknown)} of {len(locked)}: {', '.join(found.unknown)}")
    say("Audit", f"{len(found.sound)} of {len(locked)} locked packages have no known vulnerability")
    if found.vulnerable:
        return FAILED
    return DEGRADED if found.unknown else WELL


def write_bill(root: Path, target: Path, *, seconds: float = SECONDS) -> int:
    """Write what ships to `target` as CycloneDX JSON, made from the lock; 1 where the two disagree."""
    words = (
        "requirements",
        SHIPPED,
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--of",
        "JSON",
    )
    done = _tool(BILL_WRITER, "cyclonedx-py", *words, root=root, seconds=seconds)
    try:
        bill = json.loads(done.output)
    except ValueError:
        last = (done.errors.strip().splitlines() or ["it said nothing"])[-1]
        raise Problem(f"cyclonedx-py wrote no bill of materials: {last}") from None
    wrong = bill_problems(bill, _locked(root / SHIPPED))
    if wrong:
        complain("The bill of materials is not that of the lock: " + "; ".join(wrong))
        return FAILED
    target.write_text(done.output, encoding="utf-8")
    say("Bill", f"{len(bill['components'])} packages in {target}")
    return WELL


def _locked(lock: Path, *, here_only: bool = False) -> dict[str, str]:
    return {
        canonicalize_name(pin.requirement.name): pin.version
        for pin in read_lock(lock.read_text("utf-8"))
        if not here_only or pin.requirement.marker is None or pin.requirement.marker.evaluate()
    }


def _tool(package: str, *command: str, root: Path, seconds: float) -> Outcome:
    uv = shutil.which("uv")
    if uv is None:
        raise Problem(f"uv is not installed, which brings {package}: python3 -m pip install uv")
    words = [uv, "tool", "run", "--from", package, *command]
    return run_step(package, words, cwd=root, environment=os.environ, seconds=seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit, or write the bill; 7 with the reason where nobody could be asked."""
    parser = argparse.ArgumentParser(prog="python -m dev.audit", description=__doc__)
    parser.add_argument("--bill", type=Path, metavar="FILE", help="write the bill of materials instead")
    asked = parser.parse_args(arguments)
    root = here().root
    try:
        return audit(root) if asked.bill is None else write_bill(root, asked.bill.absolute())
    except Problem as problem:
        complain(str(problem))
        return DEGRADED


if __name__ == "__main__":
    sys.exit(main())
