"""The audit's verdicts, with a `uv` that answers as the test says."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dev.audit import audit, main, write_bill
from dev.problem import Problem

HASH = "--hash=sha256:" + "0" * 64
LOCK = f"web==2.1 \\\n    {HASH}\nStore_x==1 \\\n    {HASH}\n"
SOUND: dict[str, Any] = {"name": "web", "version": "2.1", "vulns": []}
STORE: dict[str, Any] = {"name": "store-x", "version": "1", "vulns": []}
SKIPPED = {"name": "store-x", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two locked packages; its `uv` prints `said.json` and fails if there is none."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(LOCK)
    uv = tmp_path / "uv"
    uv.write_text(
        '#!/bin/sh\n[ -e hangs ] && sleep 60\ncat said.json || { echo "no name resolution" >&2; exit 1; }\n'
    )
    uv.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def says(project: Path, **report: object) -> None:
    (project / "said.json").write_text(json.dumps(report))


class TestAudit:
    def test_all_were_looked_up(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        says(project, dependencies=[SOUND, STORE])
        assert audit(project) == 0
        assert "2 of 2 locked packages have no known vulnerability" in capsys.readouterr().out

    def test_a_vulnerable_package_is_named(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        bad = {**STORE, "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
        says(project, dependencies=[SOUND, bad])
        assert audit(project) == 1
        assert "Vulnerable: store-x 1: CVE-1, mended in 1.1" in capsys.readouterr().err

    @pytest.mark.parametrize("told", [[SOUND, SKIPPED], [SOUND]], ids=["skipped", "not named"])
    def test_what_nobody_was_asked_of_is_not_called_sound(
        self, project: Path, capsys: pytest.CaptureFixture[str], told: list[dict[str, Any]]
    ) -> None:
        """pip-audit ends with 0 and `No known vulnerabilities found` when it could look nothing up."""
        says(project, dependencies=told)
        assert audit(project) == 7
        assert "Not looked up, 1 of 2: store-x 1" in capsys.readouterr().err

    def test_a_line_of_another_platform_is_not_asked_for(self, project: Path) -> None:
        line = f"other==1 ; sys_platform == 'of another time' \\\n    {HASH}\n"
        (project / "requirements-dev.txt").write_text(LOCK + line)
        says(project, dependencies=[SOUND, STORE])
        assert audit(project) == 0

    def test_without_a_network_it_says_so(self, project: Path) -> None:
        with pytest.raises(Problem, match="could not look anything up: no name resolution"):
            audit(project)

    def test_it_ends_within_its_time(self, project: Path) -> None:
        (project / "hangs").touch()
        with pytest.raises(Problem, match="took longer than 1 s"):
            audit(project, seconds=1)

    def test_without_uv_it_says_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert main([]) == 7
        assert "pip install uv" in capsys.readouterr().err


class TestBill:
    def test_is_written_when_it_is_that_of_the_lock(self, project: Path) -> None:
        says(project, components=[{"name": "web", "version": "2.1"}, {"name": "store_x", "version": "1"}])
        assert write_bill(project, project / "bill.json") == 0
        assert len(json.loads((project / "bill.json").read_text())["components"]) == 2

    @pytest.mark.parametrize(
        ("components", "said"),
        [
            ([{"name": "web", "version": "2.1"}], "store-x 1 is locked and not in it"),
            ([{"name": "web", "version": "2"}, {"name": "store-x", "version": "1"}], "locked as 2.1"),
        ],
    )
    def test_another_one_is_refused(
        self, project: Path, capsys: pytest.CaptureFixture[str], components: list[dict[str, str]], said: str
    ) -> None:
        says(project, components=components)
        assert write_bill(project, project / "bill.json") == 1
        assert said in capsys.readouterr().err
        assert not (project / "bill.json").exists()
