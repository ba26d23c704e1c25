import socket

import pytest

from dev.app_server import parse_port, refuse_taken_port
from dev.problem import Problem


@pytest.mark.parametrize("text", ["1", "8000", "65535"])
def test_a_port(text: str) -> None:
    assert parse_port(text) == int(text)


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "", "80.0", "\uff18\uff10"])
def test_no_port(text: str) -> None:
    with pytest.raises(Problem, match="is not a port"):
        parse_port(text)


def test_a_taken_port_is_refused_and_a_free_one_is_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {port} on 127.0.0.1 is taken"):
            refuse_taken_port(port)
    refuse_taken_port(port)
