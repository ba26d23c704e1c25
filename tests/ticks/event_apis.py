"""Event APIs on 127.0.0.1 for the tests, on raw sockets: a good one, and every sort of bad one."""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

PACE_SECONDS: Final = 0.02
"""Between the bytes of a server that drips."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent."""

    line: str
    headers: dict[str, str]
    body: Any
    """Parsed."""

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(self.body)


@dataclass(kw_only=True)
class Call:
    """One connection to a scripted event API."""

    connection: socket.socket
    ended: threading.Event
    """Set when the test is over: whoever hangs ends."""
    number: int
    """Of this connection, from 0."""
    heard: list[Request]

    def hear(self) -> list[dict[str, Any]]:
        """Read the request; its events."""
        with self.connection.makefile("rb") as lines:
            line = lines.readline().decode().strip()
            headers = {}
            while (header := lines.readline().decode().strip()) != "":
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            body = json.loads(lines.read(int(headers.get("content-length", 0))) or b"[]")
        self.heard.append(Request(line=line, headers=headers, body=body))
        return list(body)

    def say(self, text: bytes) -> None:
        self.connection.sendall(text)

    def answer(self, status: str, body: bytes, *, headers: str = "", length: int | None = None) -> None:
        """A whole answer, unless `length` says otherwise."""
        size = len(body) if length is None else length
        self.say(f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode() + body)

    def drip(self, byte: bytes) -> None:
        """One byte after the other until the client or the test ends."""
        while not self.ended.wait(PACE_SECONDS):
            self.say(byte)


Script = Callable[[Call], None]


@dataclass(kw_only=True)
class EventApiServer:
    """A listening event API and what it heard."""

    port: int
    heard: list[Request] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event that was sent, in order."""
        return [event for request in self.heard for event in request.events]


@contextmanager
def event_api(script: Script) -> Iterator[EventApiServer]:
    """An event API that treats each connection by `script`, then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = EventApiServer(port=listener.getsockname()[1])
        threads: list[threading.Thread] = []

        def treat(call: Call) -> None:
            with call.connection, contextlib.suppress(OSError):
                script(call)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.settimeout(30)
                    call = Call(
                        connection=connection, ended=server.ended, number=len(threads), heard=server.heard
                    )
                    threads.append(threading.Thread(target=treat, args=(call,), daemon=True))
                    threads[-1].start()

        threads.append(threading.Thread(target=serve, daemon=True))
        threads[0].start()
        try:
            yield server
        finally:
            server.ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(10)


def acknowledgement(events: list[dict[str, Any]]) -> bytes:
    return json.dumps({"ids": [f"api-{event['id']}" for event in events], "status": 200}).encode()


def takes(call: Call) -> None:
    """The good one: an id of its own for each event."""
    call.answer("200 OK", acknowledgement(call.hear()))


def says(status: str, body: object, *, headers: str = "") -> Script:
    """Hears the request and gives one answer; text as it is, anything else as JSON."""

    def script(call: Call) -> None:
        call.hear()
        said = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        call.answer(status, said, headers=headers)

    return script


def black_hole(call: Call) -> None:
    """Takes the request and never answers."""
    call.hear()
    call.ended.wait()


def silent(call: Call) -> None:
    """Takes the connection and nothing else."""
    call.ended.wait()


def drips_handshake(call: Call) -> None:
    """Begins a record of TLS that never ends."""
    call.say(b"\x16\x03\x03\x40\x00")
    call.drip(b"\x02")


def drips_headers(call: Call) -> None:
    call.hear()
    call.say(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    call.drip(b"z")


def drips_body(call: Call) -> None:
    """A whole acknowledgement, then blanks without end: right, but never done."""
    body = acknowledgement(call.hear())
    call.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
    call.drip(b" ")


def drips_chunks(call: Call) -> None:
    call.hear()
    call.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    call.drip(b"1\r\n \r\n")


def drips_continues(call: Call) -> None:
    """`100 Continue` for ever."""
    call.hear()
    call.drip(b"HTTP/1.1 100 Continue\r\n\r\n")


def endless_body(call: Call) -> None:
    call.hear()
    call.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
    while not call.ended.is_set():
        call.say(b" " * 65_536)


def redirects_to_itself(call: Call) -> None:
    call.hear()
    path = call.heard[-1].line.split()[1]
    call.answer("307 Temporary Redirect", b"", headers=f"Location: {path}\r\n")


def truncates(call: Call) -> None:
    body = acknowledgement(call.hear())
    call.answer("200 OK", body[: len(body) // 2], length=len(body))


def truncates_without_length(call: Call) -> None:
    body = acknowledgement(call.hear())
    call.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body[: len(body) // 2])


def resets(call: Call) -> None:
    """Hears the request, then ends the connection with RST."""
    call.hear()
    call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def talks_nonsense(call: Call) -> None:
    call.hear()
    call.say(b"\x16\x03\x01 not HTTP at all\r\n\r\n")


def speaks_in_clear(call: Call) -> None:
    """Takes whatever comes first, and answers without TLS."""
    first = call.connection.recv(65_536)
    call.heard.append(Request(line=first.decode("latin-1"), headers={}, body=[]))
    call.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def malformed_headers(call: Call) -> None:
    """urllib3 warns of it, with the address."""
    call.hear()
    call.say(b"HTTP/1.1 500 Oh\r\nno colon here\r\nContent-Length: 0\r\n\r\n")


def takes_late(seconds: float) -> Script:
    """Accepts the events, but says so after `seconds`."""

    def script(call: Call) -> None:
        events = call.hear()
        call.ended.wait(seconds)
        call.answer("200 OK", acknowledgement(events))

    return script


def in_turn(*scripts: Script) -> Script:
    """One script for each connection, the last for all that follow."""

    def script(call: Call) -> None:
        scripts[min(call.number - 1, len(scripts) - 1)](call)

    return script


MISBEHAVING: Final[dict[str, tuple[Script, str]]] = {
    "black hole": (black_hole, "send_timed_out"),
    "drips its headers": (drips_headers, "send_timed_out"),
    "drips its body": (drips_body, "send_timed_out"),
    "drips chunks": (drips_chunks, "send_timed_out"),
    "says continue for ever": (drips_continues, "send_timed_out"),
    "accepts late": (takes_late(3.0), "send_timed_out"),
    "endless body": (endless_body, "send_unreadable"),
    "redirect loop": (redirects_to_itself, "send_rejected"),
    "502 of HTML": (says("502 Bad Gateway", "<h1>Bad gateway</h1>"), "send_rejected"),
    "429": (says("429 Too Many Requests", {"error": "slow down"}), "send_rejected"),
    "500 without error": (says("500 Internal Server Error", {}), "send_rejected"),
    "400 with ids and error": (says("400 Bad Request", {"ids": ["1"], "error": "half"}), "send_rejected"),
    "401": (says("401 Unauthorized", {"error": "Event key not found"}), "send_rejected"),
    "200 with error": (says("200 OK", {"ids": ["1", "2"], "error": "no"}), "send_rejected"),
    "200 of nothing": (says("200 OK", {}), "send_incomplete"),
    "one id for two events": (says("200 OK", {"ids": ["1"]}), "send_incomplete"),
    "an empty id": (says("200 OK", {"ids": ["1", ""]}), "send_incomplete"),
    "too many ids": (says("200 OK", {"ids": ["1", "2", "3"]}), "send_incomplete"),
    "ids that are no text": (says("200 OK", {"ids": [1, 2]}), "send_incomplete"),
    "ids that are no list": (says("200 OK", {"ids": "12"}), "send_incomplete"),
    "200 of HTML": (says("200 OK", "<h1>Sign in</h1>"), "send_unreadable"),
    "200 of a list": (says("200 OK", []), "send_unreadable"),
    "204": (says("204 No Content", ""), "send_unreadable"),
    "deep brackets": (says("200 OK", "[" * 60_000), "send_unreadable"),
    "truncated": (truncates, "send_unreadable"),
    "truncated without a length": (truncates_without_length, "send_unreadable"),
    "reset": (resets, "send_unreadable"),
    "no HTTP": (talks_nonsense, "send_unreadable"),
}
"""Each by what it does, with the class that the tick names."""
