"""The app under gunicorn, on this machine's loopback address only."""

import errno
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from dev.part import Part, start_part
from dev.problem import Problem
from dev.project import Project
from dev.python_environment import PythonEnvironment

HOST = "127.0.0.1"
_THREADS = 8
_WORKER_SECONDS = 330  # longer than the longest tick
_GRACE_SECONDS = 5
_START_SECONDS = 60
_ANSWER_SECONDS = 5
_POLL_SECONDS = 0.1
_HIGHEST_PORT = 65_535


def address(port: int) -> str:
    """Give the app's origin."""
    return f"http://{HOST}:{port}"


def parse_port(text: str) -> int:
    """Give the port that `text` names. Raises Problem if it names none."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _HIGHEST_PORT:
        raise Problem(f"{text!r} is not a port: give a number from 1 to {_HIGHEST_PORT}.")
    return int(text)


def refuse_taken_port(port: int) -> None:
    """Raise Problem if the port cannot be listened on."""
    try:
        with socket.socket() as listener:
            # As gunicorn does: connections that are still closing are no hindrance.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
    except OSError as error:
        if error.errno == errno.EACCES:
            raise Problem(
                f"Port {port} needs special rights. Choose one above 1023: bin/dev --port 8000"
            ) from error
        raise Problem(
            f"Port {port} on {HOST} is taken ({error.strerror}). Is another bin/dev running? "
            f"End what uses it, or choose another: bin/dev --port {port % _HIGHEST_PORT + 1}"
        ) from error


def start_app(
    project: Project, python: PythonEnvironment, environment: Mapping[str, str], *, port: int
) -> Part:
    """Start the app and wait until it answers. Raises Problem if it does not."""
    part = start_part(
        "The app",
        [
            *(python.python, "-m", "gunicorn", "app:app", "--config", "dev/gunicorn_config.py"),
            *("--bind", f"{HOST}:{port}", "--workers", "1", "--threads", str(_THREADS)),
            *("--timeout", str(_WORKER_SECONDS), "--graceful-timeout", str(_GRACE_SECONDS)),
        ],
        log=project.logs / "app.log",
        stop_signal=signal.SIGTERM,
        parent_gone=signal.SIGTERM,
        cwd=project.root,
        environment=environment,
        grace_seconds=_GRACE_SECONDS + 5,
    )
    try:
        _await_answer(part, f"{address(port)}/api/health")
    except BaseException:
        part.stop()
        raise
    return part


def _await_answer(part: Part, url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(url):
        code = part.exit_code()
        if code is not None or time.monotonic() > deadline:
            how = "does not answer" if code is None else f"ended at once (exit {code})"
            raise Problem(f"The app {how}. Its log, {part.log}, ends with:\n{part.tail()}")
        time.sleep(_POLL_SECONDS)


def _answers(url: str) -> bool:
    """Whether anything at all is answered there: a refused app explains itself in its answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=_ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
