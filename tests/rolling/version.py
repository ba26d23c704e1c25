"""A version of the app, as a process of its own under gunicorn."""

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dev.part import Part, start_part
from tests.dev.checkout import free_port

START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, as the engine's transport reads it."""

    status_code: int
    headers: dict[str, str]
    body: bytes

    def get_data(self) -> bytes:
        return self.body


@dataclass(kw_only=True)
class Version:
    """One running version."""

    name: str
    folder: Path
    part: Part
    port: int

    def ask(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request. Raises OSError where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            return Answer(status_code=answer.status, headers=dict(answer.getheaders()), body=answer.read())
        finally:
            connection.close()

    def end(self) -> None:
        """End it as a platform does after a deployment: what runs may end."""
        self.part.stop()


@contextmanager
def running(name: str, folder: Path, environ: Mapping[str, str], *, log: Path) -> Iterator[Version]:
    """The version in `folder`, answering, with these variables and no others."""
    port = free_port()
    part = start_part(
        name,
        [sys.executable, "-m", "gunicorn", "app:app", "--bind", f"127.0.0.1:{port}"],
        log=log,
        stop_signal=signal.SIGTERM,
        parent_gone=signal.SIGKILL,
        cwd=folder,
        environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environ},
    )
    version = Version(name=name, folder=folder, part=part, port=port)
    try:
        _wait(version)
        yield version
    finally:
        part.stop()


def _wait(version: Version) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            version.ask("GET", "/api/health", headers={})
            return
        if version.part.exit_code() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"{version.name} does not answer:\n{version.part.tail()}")


@dataclass(kw_only=True)
class Turns:
    """Hands the calls of each run to the versions in turn, and keeps who answered."""

    versions: list[Version]
    answered: list[tuple[str, bytes]] = field(default_factory=list)
    """The version's name and the call's body, in order."""
    steps: dict[str, set[str]] = field(default_factory=dict)
    """The ids of the steps that each version did."""

    def open(
        self, path: str, *, method: str, query_string: str, headers: Mapping[str, str], data: bytes
    ) -> Answer:
        """One call, as the engine's transport makes it."""
        run_id = json.loads(data).get("ctx", {}).get("run_id", "").encode()
        version = self.versions[sum(run_id in body for _, body in self.answered) % len(self.versions)]
        self.answered.append((version.name, data))
        address = f"{path}?{query_string}" if query_string else path
        answer = version.ask(method, address, headers=headers, body=data)
        body = json.loads(answer.body or b"null")
        done = body if isinstance(body, list) else []
        self.steps.setdefault(version.name, set()).update(step["displayName"] for step in done)
        return answer

    def answerers(self, run_id: str) -> set[str]:
        """Which versions answered calls of this run."""
        return {name for name, body in self.answered if run_id.encode() in body}
