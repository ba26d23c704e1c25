import os
import stat
from pathlib import Path

import pytest

from dev.problem import Problem
from dev.project import Project, only_one


def test_the_state_folder_is_private(project: Project) -> None:
    project.prepare()
    assert stat.S_IMODE(project.state.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", [".everytick", ".venv"])
def test_what_another_user_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Made as root and used by somebody else, or the reverse."""
    (tmp_path / name).mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(Problem, match="was made by user") as caught:
        Project(root=tmp_path).prepare()
    assert f"rm -rf '{tmp_path / name}'" in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="cannot be made"):
        Project(root=tmp_path / "missing").prepare()


def test_the_second_is_refused_and_the_next_one_let_in(project: Project) -> None:
    with only_one(project), pytest.raises(Problem, match=f"pid {os.getpid()}"), only_one(project):
        pass
    with only_one(project):
        pass
