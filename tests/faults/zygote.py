"""A process that has imported the app, and becomes an instance of it for each connection: by a fork.

Started as a program with the path of the socket to listen on. What is said on a connection is in
tests/faults/wire.py: first how the instance is to be, then one request after the other.
"""

import os
import random
import signal
import socket
import ssl
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from app import create_app
from dev.tether import die_with_parent
from inngest_functions import endpoint as _imported_beforehand  # noqa: F401 - costs an instance 0.2 s
from lib.composition import compose
from tests.faults.points import Points, watched
from tests.faults.protections import take_away
from tests.faults.smtp_points import watch_conversations
from tests.faults.wire import COMMAND, Line, Reply, Request, Setup


class ShiftedClock:
    """The machine's clock, moved by what the test says at each request."""

    def __init__(self) -> None:
        self.shift_s = 0.0

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.shift_s)

    def monotonic(self) -> float:
        """Seconds of the machine, which no test moves."""
        return time.monotonic()


def main(path: str) -> None:
    """Become an instance for whoever connects, until the parent is gone."""
    # Nothing here speaks TLS, and reading the certificates is most of an instance's start.
    vars(ssl)["SSLContext"].load_verify_locations = lambda *_, **__: None
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is nobody's to wait for
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            code = 1
            try:
                code = be_an_instance(Line(connection))
            except BaseException:  # noqa: BLE001 - the end of a process that has no other
                traceback.print_exc()
            finally:
                os._exit(code)
        connection.close()


def be_an_instance(line: Line) -> int:
    """Answer requests until the test has no more; the exit code."""
    if sys.platform == "linux":
        die_with_parent(signal.SIGKILL)
    setup = Setup.of(line.hear())
    log = os.open(setup.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    for name in setup.without:
        take_away(name)
    if "SSL_CERT_FILE" in setup.environ:
        os.environ["SSL_CERT_FILE"] = setup.environ["SSL_CERT_FILE"]
    clock = ShiftedClock()
    points = Points(setup.at, tell=lambda at: line.say({"point": at.point, "act": at.act}))
    if setup.conversations:
        watch_conversations(points)
    app = _app(setup, clock, points)
    line.say({"pid": os.getpid()})
    with suppress(EOFError):
        while True:
            request = Request(**line.hear())
            clock.shift_s = request.shift_s + setup.skew_s
            line.say(_answer(app, request, points).as_json())
    return 0


def _app(setup: Setup, clock: ShiftedClock, points: Points) -> Flask:
    composition = compose(setup.environ, clock=clock, chance=random.Random(os.urandom(8)))
    if composition.services is None:
        raise SystemExit(f"refused: {composition.decision.problems}")
    return create_app(replace(composition, services=watched(composition.services, points)))


def _answer(app: Flask, request: Request, points: Points) -> Reply:
    began = len(points.names)
    if request.method == COMMAND:
        result = app.test_cli_runner().invoke(args=request.path.split())
        return Reply(status=result.exit_code, headers={}, body=result.stdout, points=points.names[began:])
    response = app.test_client().open(
        request.path,
        method=request.method,
        query_string=request.query,
        headers=request.headers,
        data=request.body.encode(),
    )
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.get_data(as_text=True),
        points=points.names[began:],
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1])
