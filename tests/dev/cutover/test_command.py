"""The rehearsal as a process: it ends in time, by signals, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lib.composition import PROJECT
from tests.dev.conftest import PATIENCE_SECONDS, wait_until_gone

PROGRAM = PROJECT / "dev/cutover/__main__.py"
PARTS = re.compile(r"pid (\d+)")


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """The rehearsal, with temporary folders below `folder` and an address that nobody may use."""
    return subprocess.Popen(
        [sys.executable, "-I", "-B", str(PROGRAM), *arguments],
        env={
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
            "REDIS_URL": "redis://127.0.0.1:9",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class TestEnds:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_by_a_signal(self, sockets: Path, number: signal.Signals) -> None:
        """In the middle of an act, with 128 + N; servers and folder are gone."""
        process = start(sockets)
        assert process.stdout is not None
        lines: list[str] = []
        while not (lines and lines[-1].startswith("2  ")):
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        parts = [int(pid) for pid in PARTS.findall("".join(lines))]
        process.send_signal(number)
        process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 128 + number
        assert len(parts) == 2
        for pid in parts:
            wait_until_gone(pid)
        assert list(sockets.glob("everytick-*")) == []

    def test_when_the_time_is_up(self, sockets: Path) -> None:
        process = start(sockets, "--seconds", "2", "--json")
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 1
        assert "took longer than 2 s" in errors
        assert output.startswith('{"ok": false, "error": "The rehearsal took longer than 2 s')
        assert list(sockets.glob("everytick-*")) == []
