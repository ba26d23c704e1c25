"""What a test and an instance say to each other: JSON, a line each."""

import json
import socket
import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from tests.faults.points import Act, At

CHUNK: Final = 65_536
COMMAND: Final = "COMMAND"


class Line:
    """One end of a connection; several threads may speak."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = b""
        self._speaking = threading.Lock()

    def say(self, message: dict[str, Any]) -> None:
        with self._speaking:
            self._connection.sendall(json.dumps(message).encode() + b"\n")

    def hear(self) -> dict[str, Any]:
        """The next message. Raises EOFError when the other end is gone, TimeoutError."""
        while b"\n" not in self._heard:
            data = self._connection.recv(CHUNK)
            if not data:
                raise EOFError
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        self._connection.close()


@dataclass(kw_only=True)
class Setup:
    """How an instance is to be."""

    environ: dict[str, str]
    log: str
    """The file that its standard error goes to."""
    without: list[str] = field(default_factory=list)
    """The protections that are taken away, by name."""
    skew_s: float = 0.0
    """By how much its clock is wrong."""
    at: At | None = None
    """Where it dies or freezes."""
    conversations: bool = False
    """Whether each step of a mail's conversation is a point as well."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """What `as_json` made of it."""
        at = told["at"]
        return cls(**{**told, "at": at and At(point=at["point"], act=Act(at["act"]))})


@dataclass(kw_only=True)
class Request:
    """One request, and the moment of it."""

    method: str
    """Of HTTP; `COMMAND` for one of the operator's, which is the path."""
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    shift_s: float = 0.0
    """By how much the test has moved time on."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(kw_only=True)
class Reply:
    """The answer, and the points that were crossed on the way to it."""

    status: int
    headers: dict[str, str]
    body: str
    points: list[str]

    def json(self) -> dict[str, Any]:
        """The body, empty where it is no object."""
        body = json.loads(self.body or "{}")
        return body if isinstance(body, dict) else {}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
