"""A copy of the checkout, as the platform gets it, with bait: what must never ship."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_GIT_SECONDS = 30
_NOT_OURS = (
    ".git",
    ".venv",
    ".everytick",
    ".vercel",
    ".env",
    "__pycache__",
    "*.pyc",
    ".*_cache",
    ".hypothesis",
)
_BAIT = (".env", ".env.local", ".env.production", ".everytick/secrets.json", ".everytick/environment.json")
_PROJECT = {
    "projectId": "prj_rehearsal",
    "orgId": "team_rehearsal",
    "settings": {
        "framework": "flask",
        "nodeVersion": "20.x",
        **dict.fromkeys(
            ("buildCommand", "devCommand", "installCommand", "outputDirectory", "rootDirectory"), None
        ),
    },
}


def copy_checkout(root: Path, place: Path, *, bait: bool = True) -> str:
    """Copy what git would deploy from `root` to the new folder `place`, linked to a made-up project.

    Beside it goes `bait`, files that a developer's folder has and a deployment must not: their one secret is
    given back, to be looked for ('' without bait, where there is no project either).
    """
    names = _known_to_git(root)
    if names is None:
        shutil.copytree(root, place, ignore=shutil.ignore_patterns(*_NOT_OURS), symlinks=True)
    else:
        _copy_files(root, place, names)
    if not bait:
        return ""
    (place / ".vercel").mkdir()
    (place / ".vercel/project.json").write_text(json.dumps(_PROJECT), encoding="utf-8")
    canary = f"canary-{secrets.token_hex(16)}"
    for name in _BAIT:
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(f"REHEARSAL_CANARY={canary}\n", encoding="utf-8")
    return canary


def _known_to_git(root: Path) -> list[str] | None:
    """The files under version control and those about to be; None where git cannot tell."""
    if shutil.which("git") is None or not (root / ".git").exists():
        return None
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
        timeout=_GIT_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    if listing.returncode:
        return None
    return [os.fsdecode(name) for name in listing.stdout.split(b"\0") if name]


def _copy_files(root: Path, place: Path, names: Iterable[str]) -> None:
    for name in names:
        if (root / name).is_file():  # not one that was just deleted
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, place / name)
