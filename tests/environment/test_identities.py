"""One database, however its address is written; two, however alike their addresses are."""

import pytest

from lib.environment.identities import Identity, database_identity, redis_identity

SAME_DATABASE = {
    "plain": (
        "db.example.com/app",
        "postgresql://u:p@db.example.com:5432/app",
        "postgres://other:q%40@DB.Example.COM./app?sslmode=require",
    ),
    "another port": ("db.example.com:6000/app", "postgresql://u@db.example.com:6000/app"),
    "named by its user": ("db.example.com/owner", "postgresql://owner@db.example.com"),
    "this machine": (
        "localhost/app",
        "postgresql://u@127.0.0.1/app",
        "postgresql://u@[::1]:5432/app",
        "postgresql:///app?host=/run/postgresql",
        "postgresql:///app",
    ),
    "Neon": (
        "ep-cool-name-123456.us-east-2.aws.neon.tech/app",
        "postgresql://u:p@ep-cool-name-123456-pooler.us-east-2.aws.neon.tech/app?sslmode=require",
        "postgresql://u:p@ep-cool-name-123456.us-east-2.aws.neon.tech/app",
    ),
    "Neon, as Vercel sold it": (
        "ep-a-b-1.us-east-1.postgres.vercel-storage.com/app",
        "postgresql://u@ep-a-b-1-pooler.us-east-1.postgres.vercel-storage.com/app",
    ),
    "Supabase": (
        "db.abcdefghij.supabase.co/postgres",
        "postgresql://postgres.abcdefghij:p@aws-0-eu-central-1.pooler.supabase.com:6543/postgres",
        "postgresql://postgres.abcdefghij:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres",
        "postgresql://postgres:p@db.abcdefghij.supabase.co:6543/postgres",
        "postgresql://postgres:p@db.abcdefghij.supabase.co:5432/postgres",
    ),
    "Azure": (
        "a.postgres.database.azure.com/app",
        "postgresql://u@a.postgres.database.azure.com:6432/app",
        "postgresql://u@a.postgres.database.azure.com/app",
    ),
    "several hosts, in any order": (
        "a.example.com,b.example.com:6000/app",
        "postgresql://u@b.example.com:6000,a.example.com:5432/app",
        "postgresql://u@a.example.com,b.example.com:6000/app",
    ),
}
SAME_REDIS = {
    "plain": (
        "cache.example.com/0",
        "redis://:p@cache.example.com:6379/0",
        "rediss://u:q@CACHE.example.com",
        "redis://cache.example.com?db=0",
    ),
    "another number": ("cache.example.com/3", "redis://cache.example.com/3"),
    "another port": ("cache.example.com:6380/0", "rediss://cache.example.com:6380"),
    "this machine": ("localhost/0", "redis://127.0.0.1:6379", "redis://localhost/0", "redis://[::1]"),
    "a socket": ("/run/redis.sock/1", "unix:///run/redis.sock?db=1"),
}


def canonical(identity: Identity | None) -> str | None:
    return identity.canonical if identity else None


class TestDatabase:
    @pytest.mark.parametrize("name", SAME_DATABASE)
    def test_one_however_it_is_written(self, name: str) -> None:
        expected, *urls = SAME_DATABASE[name]
        assert {canonical(database_identity(url)) for url in urls} == {expected}

    def test_each_of_these_is_another(self) -> None:
        assert len({expected for expected, *_ in SAME_DATABASE.values()}) == len(SAME_DATABASE)

    @pytest.mark.parametrize(
        "url", ["not an address", "postgresql://u@h/app?service=x", "postgresql://%zz@h/app"]
    )
    def test_what_cannot_be_told(self, url: str) -> None:
        assert database_identity(url) is None

    @pytest.mark.parametrize(
        ("url", "local"),
        [
            ("postgresql://u@127.0.0.1:6000/app", True),
            ("postgresql:///app?host=/tmp", True),
            ("postgresql://u@127.0.0.1,db.example.com/app", False),
            ("postgresql://u@db.example.com/app", False),
        ],
    )
    def test_whether_it_is_this_machine(self, url: str, *, local: bool) -> None:
        identity = database_identity(url)
        assert identity is not None
        assert identity.is_local is local


class TestRedis:
    @pytest.mark.parametrize("name", SAME_REDIS)
    def test_one_however_it_is_written(self, name: str) -> None:
        expected, *urls = SAME_REDIS[name]
        assert {canonical(redis_identity(url)) for url in urls} == {expected}

    def test_what_cannot_be_told(self) -> None:
        assert redis_identity("http://cache") is None
