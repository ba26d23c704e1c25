"""A bundle running on the platform's own runtime, as the platform starts it, and requests to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dev.part import tail, tethered
from dev.rehearsal.place import Place
from dev.rehearsal.report import NotAsItMustBe

_START_SECONDS = 60
_STOP_SECONDS = 15
_ANSWER_SECONDS = 60
_MESSAGE_END = b"\0"
_ENTRY = "import vc__handler__python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the function answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> dict[str, Any]:
        """The body as an object; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class PlatformFunction:
    """A running function; a context manager that ends it.

    `folder` is the bundle's, `sockets` a short private folder, `variables` all that it gets but what the
    platform adds. It runs enclosed where `place` allows that.
    """

    def __init__(
        self,
        folder: Path,
        *,
        place: Place,
        python: Path,
        variables: Mapping[str, str],
        sockets: Path,
        show: Sequence[Path] = (),
    ) -> None:
        self._folder = folder
        self._place = place
        self._python = python
        self._variables = variables
        self._socket_path = sockets / f"ipc-{time.monotonic_ns()}"
        self._log = sockets / f"{self._socket_path.name}.log"
        self._show = [folder, sockets, *show, python.parents[2]]
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._requests = 0
        self._port = 0
        self.started_seconds = 0.0
        """From the start of the process to the word that it is ready."""

    def __enter__(self) -> Self:
        began = time.monotonic()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self._socket_path))
            listener.listen(1)
            listener.settimeout(0.2)
            self._process = self._start()
            try:
                self._connection = self._accept(listener, began + _START_SECONDS)
                first = self._first_message(began + _START_SECONDS)
            except BaseException:
                self._stop()
                raise
        self.started_seconds = time.monotonic() - began
        if first.get("type") != "server-started":
            self._stop()
            raise NotAsItMustBe(f"the function did not start: {json.dumps(first)[:500]}")
        self._port = int(first["payload"]["httpPort"])
        threading.Thread(target=self._drain, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._running().pid

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> Answer:
        """Send one request as the platform passes it on. Raises NotAsItMustBe without an answer in time."""
        self._requests += 1
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
        try:
            connection.request(
                method,
                path,
                body=body,
                headers={
                    "host": self._variables.get("VERCEL_URL", "localhost"),
                    "x-vercel-internal-invocation-id": f"rehearsal-{self._requests}",
                    "x-vercel-internal-request-id": str(self._requests),
                    **(headers or {}),
                },
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotAsItMustBe(f"{method} {path}: no answer ({error!r}). {self._last_words()}") from error
        finally:
            connection.close()
        return Answer(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.getheaders()},
            body=content,
            seconds=time.monotonic() - began,
        )

    def freeze(self) -> None:
        """Stop the process where it stands, as the platform does between requests."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise NotAsItMustBe("the function does not run")
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        command: Sequence[str | Path] = [self._python, "-c", _ENTRY]
        if self._place.encloses:
            command = self._place.enclosed(
                command, directory=self._folder, show=self._show, account=self._place.account
            )
        with self._log.open("wb") as log:
            return subprocess.Popen(
                tethered(command, parent_gone=signal.SIGKILL),
                cwd=self._folder,
                env={
                    "PATH": "/usr/bin:/bin",
                    "HOME": "/tmp",  # noqa: S108  # as the platform's
                    "PYTHONPATH": "_vendor",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "VERCEL_IPC_PATH": str(self._socket_path),
                    **self._variables,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _accept(self, listener: socket.socket, deadline: float) -> socket.socket:
        while time.monotonic() < deadline:
            with suppress(TimeoutError):
                return listener.accept()[0]
            if self._running().poll() is not None:
                break
        raise NotAsItMustBe(f"the function did not start. {self._last_words()}")

    def _first_message(self, deadline: float) -> dict[str, Any]:
        assert self._connection is not None  # noqa: S101  # for the type checker
        held = b""
        while _MESSAGE_END not in held:
            self._connection.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                piece = self._connection.recv(65536)
            except TimeoutError:
                piece = b""
            if not piece:
                raise NotAsItMustBe(f"the function did not say that it is ready. {self._last_words()}")
            held += piece
        first: dict[str, Any] = json.loads(held.partition(_MESSAGE_END)[0])
        self._connection.settimeout(None)
        return first

    def _drain(self) -> None:
        # Nobody reads them, but a full socket would block the function.
        connection = self._connection
        with suppress(OSError):
            while connection is not None and connection.recv(65536):
                pass

    def _last_words(self) -> str:
        words = tail(self._log, lines=8)
        return f"Its last words:\n{words}" if words else "It said nothing."

    def _stop(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(_STOP_SECONDS)
        if self._connection is not None:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()
