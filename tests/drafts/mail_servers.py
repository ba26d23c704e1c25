"""Mail servers on 127.0.0.1 for the tests: a real one, and one that follows a script."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PLAIN = "smtp://127.0.0.1:{port}"


@dataclass
class Received:
    """Takes mail and keeps it."""

    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        self.envelopes.append(envelope)
        return "250 taken"


@contextmanager
def real_server() -> Iterator[tuple[int, Received]]:
    """A server that takes everything; its port and what it received."""
    received = Received()
    controller = Controller(received, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield controller.port, received
    finally:
        controller.stop()


@dataclass
class Talk:
    """One connection's conversation with a scripted server."""

    connection: socket.socket
    ended: threading.Event
    lines: list[bytes] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")

    def hear(self) -> bytes:
        """The next line; empty at the end."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.connection.recv(1)
            if not byte:
                return b""
            line += byte
        self.lines.append(line)
        return line

    def hear_mail(self) -> None:
        """The text to its end, or to a farewell where none came."""
        while self.hear() not in (b".\r\n", b"QUIT\r\n", b""):
            pass

    def greet(self) -> None:
        self.say("220 here")
        self.hear()
        self.say("250 hello")

    def until_data(self) -> None:
        """Everything up to the text, with yes to each."""
        self.greet()
        for _ in ("MAIL", "RCPT"):
            self.hear()
            self.say("250 yes")
        self.hear()
        self.say("354 go on")


@contextmanager
def scripted_server(script: Callable[[Talk], None]) -> Iterator[tuple[int, list[Talk]]]:
    """A server that treats each connection by `script`, then closes it; its port and what was said."""
    talks: list[Talk] = []
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            talk = Talk(connection=connection, ended=ended)
            talks.append(talk)
            try:
                script(talk)
            except OSError:
                continue
            finally:
                talk.connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], talks
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
