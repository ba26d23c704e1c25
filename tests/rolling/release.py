"""The previous release: which commit it is, and its files.

They are kept as an archive beside the tests, since a checkout may have no history.
"""

import hashlib
import re
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2]
ARCHIVES: Final = Path(__file__).parent / "releases"
PARTS: Final = ("app.py", "cron", "inngest_functions", "lib", "migrations", "gunicorn.conf.py")
"""What a release runs on; the rest is left out."""
GIT_SECONDS: Final = 60
APP_SCHEMA: Final = re.compile(r"^APP_SCHEMA: Final = (\d+)$", re.MULTILINE)


class ReleaseMissing(Exception):
    """There is no archive of the previous release, or it is another commit's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version that was released, named by `[tool.everytick] previous-release` in pyproject.toml."""

    tag: str
    """For people."""
    commit: str
    """All of its digits: a clone may have no tags."""

    @property
    def command(self) -> str:
        """What makes its archive."""
        return (
            f"git archive --format=tar {self.commit} {' '.join(PARTS)} | xz -9e"
            f" > tests/rolling/releases/{self.tag}.tar.xz"
        )


def previous_release() -> Release:
    """The one to run beside this checkout."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    return Release(**project["tool"]["everytick"]["previous-release"])


def unpack(release: Release, folder: Path, *, archives: Path = ARCHIVES) -> None:
    """Put the release's files into `folder`. Raises ReleaseMissing where `archives` does not have them."""
    archive = archives / f"{release.tag}.tar.xz"
    if not archive.is_file():
        raise ReleaseMissing(f"The previous release, {release.tag}, has no archive: {release.command}")
    with tarfile.open(archive) as files:
        if files.pax_headers.get("comment") != release.commit:
            raise ReleaseMissing(f"{archive.name} is not of commit {release.commit}: {release.command}")
        files.extractall(folder, filter="data")


def blobs_in_git(release: Release, *, repository: Path = PROJECT) -> dict[str, str] | None:
    """Each released file's id in git, by its path; None where the clone does not reach back so far."""
    done = subprocess.run(
        ["git", "-C", str(repository), "ls-tree", "-r", release.commit, "--", *PARTS],
        capture_output=True,
        text=True,
        timeout=GIT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        return None
    entries = (line.split("\t") for line in done.stdout.splitlines())
    return {path: facts.split()[2] for facts, path in entries}


def blobs_in(folder: Path) -> dict[str, str]:
    """The same of the files in `folder`."""
    return {
        str(file.relative_to(folder)): _blob(file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def app_schema(folder: Path) -> int:
    """The schema that the code in `folder` was written for."""
    (found,) = APP_SCHEMA.findall((folder / "lib" / "store" / "compatibility.py").read_text("utf-8"))
    return int(found)
