"""A place on this machine, and a stand-in for the platform's runtime."""

import sys
from pathlib import Path

import pytest

from dev.account import namespace_account, namespaces_work
from dev.rehearsal.machine import enclosing_hindrance
from dev.rehearsal.place import Place


def possible_places() -> list[Place]:
    """This machine as it is and, where its kernel allows that, with mounts of a process's own."""
    places = [Place(root=Path("/"), python=Path(sys.executable), version="", encloses=False, account="")]
    if not enclosing_hindrance():
        account = namespace_account().change if namespaces_work() else ""
        places.append(
            Place(root=Path("/"), python=Path(sys.executable), version="", encloses=True, account=account)
        )
    return places


PYTHON = [Path(sys.prefix), Path(sys.base_prefix)]
"""What has to be seen for this interpreter to run, should it be below /tmp."""


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """This interpreter, in a folder like that of an environment."""
    program = tmp_path / "environment/bare/bin/python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder whose entry speaks as the platform's runtime does: one message, then HTTP."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "vc__handler__python.py").write_text(RUNTIME)
    return folder


RUNTIME = """
import json, os, socket, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

if os.environ.get("BREAK") == "silent":
    sys.exit("it broke")
ipc = socket.socket(socket.AF_UNIX)
ipc.connect(os.environ["VERCEL_IPC_PATH"])
if os.environ.get("BREAK") == "said":
    last = {"type": "unrecoverable-error", "payload": {"message": "no app"}}
    ipc.sendall(json.dumps(last).encode() + b"\\0")
    sys.exit(1)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"path": self.path, "headers": dict(self.headers), "pid": os.getpid()}).encode()
        self.send_response(418)
        self.send_header("X-Inngest-Env", "mine")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
first = {"type": "server-started", "payload": {"httpPort": server.server_address[1]}}
ipc.sendall(json.dumps(first).encode() + b"\\0" + b"more\\0")
server.serve_forever()
"""
