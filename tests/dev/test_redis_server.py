import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from dev.redis_server import RedisServer, candidates, start_redis
from tests.dev.conftest import Keeper, wait_until_gone


@pytest.fixture
def servers(programs: Path) -> list[Path]:
    found = candidates({"PATH": os.environ["PATH"]}, programs)
    assert found, "no Redis on this machine: install redis-server"
    return found


def started(servers: list[Path], folder: Path) -> RedisServer:
    server = start_redis(servers, sockets=folder, logs=folder)
    assert server is not None
    return server


def test_it_serves_on_a_private_socket_and_keeps_nothing(servers: list[Path], sockets: Path) -> None:
    server = started(servers, sockets)
    try:
        with redis.Redis.from_url(server.url, decode_responses=True) as client:
            client.set("key", "value")
            assert client.get("key") == "value"
            assert client.config_get("port") == {"port": "0"}
            assert client.config_get("save") == {"save": ""}
    finally:
        server.part.stop()
    assert server.part.exit_code() == 0
    assert not list(sockets.glob("*.rdb"))


def test_its_parent_killed_leaves_no_server(
    servers: list[Path], sockets: Path, keeper: Callable[[str], Keeper]
) -> None:
    parent = keeper(
        "from pathlib import Path\nfrom dev.redis_server import start_redis\n"
        f"folder = Path({str(sockets)!r})\n"
        f"server = start_redis([Path({str(servers[0])!r})], sockets=folder, logs=folder)\n"
        "kept = [server.part.process.pid]"
    )
    parent.kill()
    wait_until_gone(int(parent.kept[0]))


def test_a_program_that_does_not_start_makes_room_for_the_next(
    servers: list[Path], sockets: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = sockets / "redis-server"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    server = started([broken, *servers], sockets)
    server.part.stop()
    assert server.program == servers[0]
    assert f"{broken} does not start" in capfd.readouterr().out


def test_none_at_all_is_no_problem(sockets: Path) -> None:
    assert candidates({"PATH": str(sockets)}, sockets) == []
    assert start_redis([], sockets=sockets, logs=sockets) is None


def test_a_server_on_path_comes_before_the_one_in_the_environment(tmp_path: Path) -> None:
    names = ("path/valkey-server", "venv/redis-server")
    for name in names:
        program = tmp_path / name
        program.parent.mkdir()
        program.touch(mode=0o755)
    found = candidates({"PATH": str(tmp_path / "path")}, tmp_path / "venv")
    assert found == [tmp_path / name for name in names]


def test_a_killed_server_is_seen_as_ended(servers: list[Path], sockets: Path) -> None:
    server = started(servers, sockets)
    server.part.process.send_signal(signal.SIGKILL)
    server.part.process.wait(30)
    assert server.part.exit_code() == -signal.SIGKILL
    server.part.stop()
