"""The copy that is built: what git knows, and bait."""

import subprocess
from pathlib import Path

import pytest

from dev.rehearsal.checkout import copy_checkout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "lib").mkdir(parents=True)
    (root / "lib/module.py").write_text("code")
    (root / ".gitignore").write_text("/.env\n/.venv/\n")
    (root / ".env").write_text("CRON_SECRET=real")
    (root / ".venv").mkdir()
    (root / ".venv/pyvenv.cfg").touch()
    return root


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("with_git", [True, False], ids=["git", "no git"])
def test_a_developers_own_files_stay(root: Path, tmp_path: Path, *, with_git: bool) -> None:
    if with_git:
        subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    copy_checkout(root, tmp_path / "copy", bait=False)
    assert files(tmp_path / "copy") == {".gitignore", "lib/module.py"}


def test_the_bait_holds_one_secret_and_nothing_real(root: Path, tmp_path: Path) -> None:
    canary = copy_checkout(root, tmp_path / "copy")
    assert canary in (tmp_path / "copy/.env").read_text()
    assert canary in (tmp_path / "copy/.everytick/secrets.json").read_text()
    assert "real" not in (tmp_path / "copy/.env").read_text()
    assert (tmp_path / "copy/.vercel/project.json").exists()


def test_the_checkout_is_left_alone(root: Path, tmp_path: Path) -> None:
    before = files(root)
    copy_checkout(root, tmp_path / "copy")
    assert files(root) == before
