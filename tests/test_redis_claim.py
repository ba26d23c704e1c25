import os
import socket
import subprocess
import sys

import pytest
import redis

from tests.redis_claim import MARK, NoneFree, claimed_database, database_url


def number_of(url: str) -> int:
    return int(url.rpartition("=" if url.startswith("unix") else "/")[2])


class TestUrl:
    @pytest.mark.parametrize(
        ("server", "expected"),
        [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/3"),
            ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/3"),
            ("redis://user:word@127.0.0.1:6379/7?x=1", "redis://user:word@127.0.0.1:6379/3"),
            ("unix:///run/redis.sock", "unix:///run/redis.sock?db=3"),
            ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=3"),
        ],
    )
    def test_names_the_database_whatever_the_server_names(self, server: str, expected: str) -> None:
        assert database_url(server, 3) == expected


class TestClaim:
    @pytest.mark.parametrize("suffix", ["", "/0"])
    def test_sessions_side_by_side_have_one_each(self, redis_url: str, suffix: str) -> None:
        server = os.environ["TEST_REDIS_URL"]
        if not server.startswith("unix"):
            server = server.removesuffix("/0").rstrip("/") + suffix
        with claimed_database(server) as one, claimed_database(server) as other:
            assert len({one, other, redis_url}) == 3

    def test_what_a_dead_session_left_is_taken_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait(30)
        with claimed_database(os.environ["TEST_REDIS_URL"]) as url, redis.Redis.from_url(url) as client:
            client.set("left", "behind")
            client.set(MARK, f"{socket.gethostname()}:{gone.pid}")
            monkeypatch.setattr("tests.redis_claim.NUMBERS", [number_of(url)])
            with claimed_database(os.environ["TEST_REDIS_URL"]) as again:
                assert again == url
                assert client.get("left") is None

    @pytest.mark.parametrize("whose", ["another machine's", "a living session's", "of unknown form"])
    def test_what_is_anybodys_is_left_alone(self, whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
        holder = {
            "another machine's": "elsewhere:1",
            "a living session's": f"{socket.gethostname()}:{os.getpid()}",
            "of unknown form": "1",
        }[whose]
        with claimed_database(os.environ["TEST_REDIS_URL"]) as url, redis.Redis.from_url(url) as client:
            client.set(MARK, holder)
            monkeypatch.setattr("tests.redis_claim.NUMBERS", [number_of(url)])
            with pytest.raises(NoneFree), claimed_database(os.environ["TEST_REDIS_URL"]):
                pass
