"""The types of settings; flags and secrets are in test_settings.py, with the table of raw values."""

import pytest

from lib.settings import read_settings


def problems_of(**environ: str) -> list[str]:
    return [problem.name for problem in read_settings(environ)[1]]


class TestAddresses:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "postgresql://u:p%40@db.internal:6432/x?sslmode=require"),
            ("DATABASE_URL", "postgres:///x?host=/tmp/sockets"),
            ("REDIS_URL", "rediss://:p@cache.internal:6379/1"),
            ("REDIS_URL", "unix:///tmp/redis.sock?db=1"),
            ("SMTP_URL", "smtps://u:p@mail.internal:465"),
            ("INNGEST_BASE_URL", "https://inngest.internal:8288"),
            ("INNGEST_SERVE_ORIGIN", "https://everytick.example.com/"),
            ("INNGEST_SERVE_PATH", "/api/inngest"),
            ("INNGEST_DEV", "1"),
            ("INNGEST_DEV", "False"),
            ("INNGEST_DEV", "localhost:8288"),
            ("INNGEST_DEV", "http://localhost:8288"),
            ("MAIL_FROM", "Ünïcode <a@example.com>"),
        ],
    )
    def test_good(self, name: str, value: str) -> None:
        assert problems_of(**{name: value}) == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "mysql://u:p@db/x"),
            ("DATABASE_URL", "host=db"),
            ("DATABASE_URL", "postgresql://u:p@db:port/x?nonsense"),
            ("REDIS_URL", "http://cache"),
            ("REDIS_URL", "redis://cache:port/0"),
            ("REDIS_URL", "redis://cache/0?socket_timeout=soon"),
            ("SMTP_URL", "mail.internal"),
            ("SMTP_URL", "smtp://"),
            ("SMTP_URL", "smtp://mail:port"),
            ("INNGEST_BASE_URL", "inngest.internal"),
            ("INNGEST_BASE_URL", "ftp://inngest.internal"),
            ("INNGEST_BASE_URL", "https://[broken"),
            ("INNGEST_BASE_URL", "https://a b"),
            ("INNGEST_SERVE_PATH", "api/inngest"),
            ("INNGEST_SERVE_PATH", "/api/<name>"),
            ("INNGEST_SERVE_PATH", "/api/inngest?x=1"),
            ("INNGEST_DEV", "maybe"),
            ("INNGEST_DEV", "ftp://localhost"),
            ("MAIL_FROM", "a@example.com\r\nBcc: b@example.com"),
        ],
    )
    def test_bad(self, name: str, value: str) -> None:
        """An address that cannot be used is told at the start, not at its first use."""
        assert problems_of(**{name: value}) == [name]

    def test_a_dev_server_gets_its_scheme(self) -> None:
        held, _ = read_settings({"INNGEST_DEV": "localhost:8288"})
        assert held is not None
        assert held.inngest_dev == "http://localhost:8288"
