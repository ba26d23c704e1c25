import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Freezer:
    """Has work done by processes that stand still on the way, one at a time."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process = process
        self._log = log

    def freeze(self, work: str, *, at: int) -> bool:
        """Begin `work` and wait until it stands still; False when it came to its end before."""
        self._say(json.dumps({"work": work, "at": at}))
        return self._heard() == "stopped"

    def thaw(self) -> None:
        """Let it go on, and wait for its end."""
        self._say("SIGCONT")
        assert self._heard() == "ended", self.log()

    def kill(self) -> None:
        """Kill it as it stands there, by -9."""
        self._say("SIGKILL")
        assert self._heard() == "killed", self.log()

    def log(self) -> str:
        """What all of them logged."""
        return self._log.read_text()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def freezer(environ: dict[str, str], tmp_path: Path) -> Iterator[Freezer]:
    kept = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME") or "COV" in name}
    log = tmp_path / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.freezing.freezing_process"],
            cwd=ROOT,
            env={**kept, **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        yield Freezer(process, log)
        process.kill()
        process.communicate(timeout=30)
