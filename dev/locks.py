"""Checks that pyproject.toml and the four requirement files agree. Needs `packaging`."""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dev.console import complain, say
from dev.project import here

# Lock file → the dependency groups and extras in it, beside the run-time dependencies.
LOCKS: Mapping[str, tuple[str, ...]] = {
    "requirements.txt": (),
    "requirements-local.txt": ("local", "llm"),
    "requirements-llm.txt": ("llm",),
    "requirements-dev.txt": ("local", "dev", "llm"),
}
_ADDRESS = re.compile(r"://|^--?(?:index-url|extra-index-url|find-links|i|f)\b", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One locked package: its line without hashes, and how many hashes it has."""

    requirement: Requirement
    hashes: int

    @property
    def version(self) -> str:
        """The one version it allows; empty if it is not a pin."""
        specifiers = list(self.requirement.specifier)
        exact = len(specifiers) == 1 and specifiers[0].operator == "=="
        return specifiers[0].version if exact else ""


def read_lock(text: str) -> list[Pin]:
    """Give the packages that a requirement file names."""
    logical = text.replace("\\\n", " ").splitlines()
    # Options (an index address, say) are no packages; they are complained of elsewhere.
    lines = [line.strip() for line in logical if line.strip() and line[0] not in "#-"]
    return [
        Pin(requirement=Requirement(line.split(" --hash=")[0]), hashes=len(_HASH.findall(line)))
        for line in lines
    ]


def declared(pyproject: Mapping[str, object], groups: Iterable[str]) -> list[Requirement]:
    """Give what pyproject.toml asks for: at run time, and in those dependency groups and extras."""
    project, all_groups = pyproject["project"], pyproject["dependency-groups"]
    assert isinstance(project, dict)  # noqa: S101  # TOML's tables
    assert isinstance(all_groups, dict)  # noqa: S101
    words = [*project["dependencies"]]
    named = {**project["optional-dependencies"], **all_groups}
    for group in groups:
        words += [word for word in named[group] if isinstance(word, str)]
    return [Requirement(word) for word in words]


def problems(pyproject: Mapping[str, object], texts: Mapping[str, str]) -> list[str]:
    """Give everything that does not agree; `texts` maps a lock's name to what it holds."""
    found: list[str] = []
    pins = {name: read_lock(text) for name, text in texts.items()}
    for name, groups in LOCKS.items():
        found += [
            f"{name} carries an address: {line.strip()}"
            for line in texts[name].splitlines()
            if _ADDRESS.search(line)
        ]
        found += [
            f"{name}: {pin.requirement.name} is not pinned with hashes"
            for pin in pins[name]
            if not pin.version or not pin.hashes
        ]
        found += [
            f"{name} does not satisfy {wanted}, which pyproject.toml asks for"
            for wanted in declared(pyproject, groups)
            if not _satisfied(wanted, pins[name])
        ]
    widest = {_key(pin) for pin in pins["requirements-dev.txt"]}
    for name in LOCKS:
        found += [
            f"{name}: {pin.requirement} is not in requirements-dev.txt; run bin/lock"
            for pin in pins[name]
            if _key(pin) not in widest
        ]
    return found


def _satisfied(wanted: Requirement, pins: Iterable[Pin]) -> bool:
    """Whether some pin of that name fits, and every one does (there may be one for each Python)."""
    name = canonicalize_name(wanted.name)
    versions = [pin.version for pin in pins if canonicalize_name(pin.requirement.name) == name]
    return bool(versions) and all(
        wanted.specifier.contains(version, prereleases=True) for version in versions
    )


def _key(pin: Pin) -> tuple[str, str]:
    return canonicalize_name(pin.requirement.name), pin.version


def main() -> int:
    """Check this project; exit code 1 with every disagreement named."""
    root = here().root
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found = problems(pyproject, {name: (root / name).read_text(encoding="utf-8") for name in LOCKS})
    if found:
        complain("\n".join(found))
        return 1
    say("Locks", "agree with pyproject.toml and with one another")
    return 0


if __name__ == "__main__":
    sys.exit(main())
