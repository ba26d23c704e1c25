"""The workflows of the repository: pinned, with the least permissions, and no event's text in a shell."""

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

WORKFLOWS = sorted((Path(__file__).parents[1] / ".github" / "workflows").glob("*.yml"))
VERIFY = next(path for path in WORKFLOWS if path.name == "verify-deployment.yml")
URL = "https://everytick-abc123def.vercel.app"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
class TestEach:
    def test_actions_are_pinned(self, path: Path) -> None:
        used = re.findall(r"uses: (.+)", path.read_text())
        assert used
        assert [one for one in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", one)] == []

    def test_nothing_is_permitted_but_reading(self, path: Path) -> None:
        text = path.read_text()
        assert "\npermissions: {}\n" in text
        granted = re.findall(r"^ +permissions:\n +(.+)\n", text, re.MULTILINE)
        assert granted == ["contents: read"] * text.count("runs-on:")

    def test_no_event_is_written_into_a_shell(self, path: Path) -> None:
        """A branch's name or an address could be a command there."""
        blocks = re.findall(r"run: (?:\|\n((?: {10}.*\n)+)|(.+))", path.read_text())
        assert blocks
        assert [block for block in blocks if "${{" in "".join(block)] == []


class TestVerifyDeployment:
    @pytest.mark.parametrize(
        ("environment", "kind"),
        [
            ("Production", "production"),
            ("Production – everytick", "production"),  # noqa: RUF001 - as Vercel writes it
            ("Preview", "preview"),
            ("staging", "preview"),
            ("$(false)", "preview"),
        ],
    )
    def test_what_it_runs(self, tmp_path: Path, environment: str, kind: str) -> None:
        (block,) = re.findall(r"run: \|\n((?: {10}.*\n)+)", VERIFY.read_text())
        python = tmp_path / "python"
        python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        python.chmod(0o755)
        done = subprocess.run(
            ["bash", "-e", "-c", textwrap.dedent(block)],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "ENVIRONMENT": environment, "URL": URL},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        wanted = ["-m", "flask", "env", "verify", "--expect", kind, "--wait", "2m", "--", URL]
        assert done.stdout.splitlines() == wanted
