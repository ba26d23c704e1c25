"""What is found on a machine, and what is said where it is not there."""

import sys
from pathlib import Path

import pytest

from dev.rehearsal.cache import Cache
from dev.rehearsal.debian import debian_folder, mirror_of
from dev.rehearsal.machine import NEWEST, OLDEST, candidates, find_python
from dev.rehearsal.report import NotHere
from dev.step import Outcome


def python(folder: Path, said: str) -> str:
    """A program that answers as an interpreter would."""
    program = folder / f"python-{len(list(folder.iterdir()))}"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)
    return str(program)


class TestPython:
    @pytest.mark.parametrize(
        "said",
        ["CPython 3.11.9 /usr/bin/python3", "CPython 3.15.0 /usr/bin/python3", "PyPy 3.12.1 /pypy", ""],
        ids=["too old", "too new", "another one", "says nothing"],
    )
    def test_one_that_the_platform_would_not_take_is_passed_over(self, tmp_path: Path, said: str) -> None:
        good = python(tmp_path, "CPython 3.13.5 /opt/a folder/python3")
        assert find_python([python(tmp_path, said), "no-such-python", good]) == (
            Path("/opt/a folder/python3"),
            "3.13.5",
        )

    def test_none(self, tmp_path: Path) -> None:
        assert find_python([python(tmp_path, "CPython 3.10.1 /usr/bin/python3")]) is None

    def test_ours_is_judged_by_its_version(self) -> None:
        found = find_python([sys.executable])
        assert (found is not None) is (OLDEST <= sys.version_info[:2] <= NEWEST)

    def test_the_one_named_comes_first_and_pyenvs_are_known(self, tmp_path: Path) -> None:
        own = tmp_path / "versions/3.13.0/bin/python3.13"
        own.parent.mkdir(parents=True)
        own.touch()
        found = list(candidates({"EVERYTICK_PYTHON": "/mine", "PYENV_ROOT": str(tmp_path)}))
        assert found[0] == "/mine"
        assert str(own) in found
        assert found.index("python3.12") < found.index("python3.13")


class TestDebian:
    def test_the_archive_is_the_one_that_apt_is_configured_for(self) -> None:
        output = (
            "Debian Debian-Security main http://security.example/debian-security/\n"
            "Elsewhere Debian main http://other.example/debian/\n"
            "Debian Debian contrib http://archive.example/contrib/\n"
            "Debian Debian main http://archive.example/debian/\n"
        )
        assert mirror_of(Outcome(code=0, output=output, errors="")) == "http://archive.example/debian/"

    def test_another_distribution_has_none(self) -> None:
        ubuntu = Outcome(code=0, output="Ubuntu Ubuntu main http://archive.example/ubuntu/\n", errors="")
        assert mirror_of(ubuntu) is None

    def test_an_ordinary_user_is_told_what_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        with pytest.raises(NotHere, match="needs root"):
            debian_folder(Cache(tmp_path), {})
