"""A copy of the project as a newcomer has it, and a bin/dev that serves from it."""

import json
import os
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.dev.conftest import PATIENCE_SECONDS, ROOT, wait_until_gone

SET_UP_SECONDS = 300
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".everytick", ".env", ".vercel", "__pycache__", ".*_cache", ".hypothesis", ".coverage*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A copy of the project that belongs to `user` (None: whoever runs the tests)."""

    root: Path
    user: int | None = None

    def command(self, *arguments: str) -> list[str]:
        change = ("setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "--")
        return [*(change if self.user else ()), str(self.root / "bin" / "dev"), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.root.parent)}

    def once(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command("--once", *arguments),
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=SET_UP_SECONDS,
        )

    def flask(self, *arguments: str) -> dict[str, Any]:
        """What `flask` prints in another terminal, in the project's folder."""
        done = subprocess.run(
            [str(self.root / ".venv" / "bin" / "flask"), *arguments],
            env=self.environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
            timeout=SET_UP_SECONDS,
        )
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def processes(self) -> list[int]:
        """Every process whose command line names this checkout."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes()
                place = os.fsencode(os.readlink(entry / "cwd"))  # noqa: PTH115  # may be gone
            except OSError:
                continue
            if os.fsencode(self.root) in line or place.startswith(os.fsencode(self.root)):
                found.append(int(entry.name))
        return found

    def modes_above(self) -> dict[Path, int]:
        return {path: stat.S_IMODE(path.stat().st_mode) for path in self.root.parents}


@contextmanager
def copied(user: int | None) -> Iterator[Checkout]:
    # Not pytest's own temporary folder: that one is closed to other users.
    base = Path(tempfile.mkdtemp(prefix="et test "))
    try:
        folder = base / "a folder with a space" / ("long " * 20).strip()
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        for path in (base, *base.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            if user:
                os.chown(path, user, user)
        yield Checkout(root=folder, user=user)
    finally:
        shutil.rmtree(base)


@dataclass(slots=True)
class Running:
    """A bin/dev that serves. `output` is what it said until it did."""

    checkout: Checkout
    process: subprocess.Popen[str]
    port: int
    output: str = ""

    def wait_until_serving(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if "Clock" in line:
                return
        pytest.fail(f"bin/dev ended: {self.output} {self.process.communicate()[1]}")

    def call(self, path: str, secret: str | None = None) -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        url = f"http://127.0.0.1:{self.port}{path}"
        answer = requests.get(url, headers=headers, timeout=PATIENCE_SECONDS)
        return answer.status_code, answer.json()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(checkout: Checkout, **environment: str) -> Iterator[Running]:
    port = free_port()
    process = subprocess.Popen(
        checkout.command("--port", str(port)),
        env={**checkout.environment, **environment},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Running(checkout=checkout, process=process, port=port)
    try:
        running.wait_until_serving()
        yield running
    finally:
        left = checkout.processes()
        process.kill()
        process.communicate()
        for pid in left:
            wait_until_gone(pid)
