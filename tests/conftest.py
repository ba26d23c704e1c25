"""What every test stands on: a scrubbed environment, stores of its own, a clock that it decides."""

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import certifi
import psycopg
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from app import create_app
from lib.composition import Composition, compose
from lib.services import Services
from tests.faults.reliability import OPTION
from tests.redis_claim import NoneFree, claimed_database, empty
from tests.scheduling import Scheduling
from tests.scratch_database import scratch_database
from tests.summary_lines import SummaryLines

CRON_SECRET = "test-cron-secret-0123456789"
RECOVERY_SECONDS = 20.0
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")
MEASURING = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""By which a child process reports its coverage."""
UNMEASURED = frozenset({"acceptance", "bench", "dev", "faults", "freezing", "golden", "rolling"})
"""Folders of tests that play whole journeys: they take nearly half of all time, measuring would double that,
and what only they reach nobody has looked at closely. The others have to reach our coverage alone."""
TESTS = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run may do beside testing."""
    parser.addoption(OPTION, action="store_true", help="write docs/reliability.md anew, row by row")


def pytest_configure(config: pytest.Config) -> None:
    """Have our own lines at the end of every run, and no property judged by how busy the machine is."""
    config.pluginmanager.register(SummaryLines())
    settings.register_profile("everytick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("everytick")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage where whole journeys are played, and play those first.

    They take the longest: at the end one process would be at it while the others have nothing to do.
    """
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in UNMEASURED:
            item.add_marker("no_cover")
    items.sort(key=lambda item: item.get_closest_marker("no_cover") is None)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """What spreads the tests where several processes run them."""
    return Scheduling(config, log)


class FakeClock:
    """An instance's clock that stands still until the test moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 19, 50, tzinfo=UTC)) -> None:
        self.instant = start
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture(scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority of the many: to load them all takes longer than most tests."""
    first, end, _ = Path(certifi.where()).read_text("utf-8").partition("-----END CERTIFICATE-----")
    file = tmp_path_factory.mktemp("trust") / "authority.pem"
    file.write_text(f"{first}{end}\n", "utf-8")
    return file


@pytest.fixture(autouse=True)
def scrubbed_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, one_authority: Path
) -> None:
    """No variable of the machine reaches a test."""
    kept = KEPT if request.node.get_closest_marker("no_cover") else (*KEPT, *MEASURING)
    for name in list(os.environ):
        if name not in kept and not name.startswith(("PYTEST_", "COV_", "TEST_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(one_authority))


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A migrated database of this session's own, on the server named by TEST_DATABASE_URL."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        pytest.fail("TEST_DATABASE_URL is not set: run the suite with bin/test")
    with scratch_database(server) as url:
        yield url


EMPTY_TABLES = """
DO $$
DECLARE
    one record;
    held integer;
BEGIN
    SET LOCAL session_replication_role = replica;  -- no foreign key is checked: all go
    FOR one IN
        SELECT quote_ident(tablename) AS name,
            pg_get_serial_sequence(quote_ident(tablename), a.attname) AS ids
        FROM pg_tables LEFT JOIN pg_attribute a
            ON a.attrelid = quote_ident(tablename)::regclass AND a.attidentity <> ''
        WHERE schemaname = 'public'
        AND tablename NOT IN ('schema_revisions', 'schema_compatibility', 'environment_stamp')
    LOOP
        EXECUTE 'SELECT count(*) FROM (SELECT FROM ' || one.name || ' LIMIT 1000) AS first_rows'
            INTO held;
        IF held = 1000 THEN
            EXECUTE 'TRUNCATE ' || one.name || ' CASCADE';
        ELSIF held > 0 THEN
            EXECUTE 'DELETE FROM ' || one.name;
        END IF;
        IF one.ids IS NOT NULL THEN
            PERFORM setval(one.ids, 1, false);
        END IF;
    END LOOP;
END $$
"""
"""Truncating makes a table's files anew, which costs more than most tests: only where there are many rows."""


class Database:
    """The test's own view of the database, beside the app's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What `query` selects."""
        return self._connection.execute(query.encode(), parameters).fetchall()

    def value(self, query: str, *parameters: object) -> Any:
        """The single value that `query` selects."""
        ((found,),) = self.rows(query, *parameters)
        return found

    def run(self, statement: str, *parameters: object) -> int:
        """Run `statement`; the number of affected rows."""
        return self._connection.execute(statement.encode(), parameters).rowcount

    def shift_clock(self, shift: timedelta) -> None:
        """Move the database's clock to `shift` from now, for everybody."""
        self.run(
            "CREATE OR REPLACE FUNCTION everytick_now() RETURNS timestamptz LANGUAGE sql STABLE"
            f" PARALLEL SAFE AS 'SELECT statement_timestamp() + interval ''{shift.total_seconds()} s'''"
        )

    def connect_again(self) -> None:
        """Connect anew, after the server was away; it may be recovering yet."""
        self._connection.close()
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            try:
                self._connection = psycopg.connect(self.url, autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def reset(self) -> None:
        """Empty every table that holds rows, and put the clock right."""
        self.run(EMPTY_TABLES)
        self.run("UPDATE schema_compatibility SET schema_version = %s, min_app_schema = 1", _newest(self))
        self.run(
            "UPDATE environment_stamp SET kind = 'development', fingerprint = NULL, database_name = NULL"
        )
        self.shift_clock(timedelta())

    def close(self) -> None:
        self._connection.close()


def _newest(database: Database) -> int:
    return int(database.value("SELECT version_num FROM schema_revisions"))


@pytest.fixture(scope="session")
def _database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def database(_database: Database) -> Database:
    """The test's view of an empty database."""
    _database.reset()
    return _database


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis database that was empty and is this session's own, on the server named by TEST_REDIS_URL."""
    server = os.environ.get("TEST_REDIS_URL")
    if not server:
        pytest.fail("TEST_REDIS_URL is not set: run the suite with bin/test")
    try:
        with claimed_database(server) as url:
            yield url
    except NoneFree as full:
        pytest.fail(str(full))


@pytest.fixture
def cache(redis_url: str) -> Iterator["redis.Redis"]:
    """The test's view of an empty Redis."""
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    empty(client)
    yield client
    client.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def environ(database: Database, cache: "redis.Redis", redis_url: str) -> dict[str, str]:
    """The environment of a development deployment on the test's stores."""
    del cache  # emptied by its fixture
    return {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "CRON_SECRET": CRON_SECRET,
        "INBOUND_SECRET": "test-inbound-secret-0123456789",
    }


@pytest.fixture
def composed(environ: dict[str, str]) -> Iterator[Callable[..., Composition]]:
    """Compose an instance from the test's environment and changes to it; closed at the end."""
    made: list[Composition] = []

    def build(**changes: str) -> Composition:
        composition = compose({**environ, **changes}, chance=random.Random(7))
        made.append(composition)
        return composition

    yield build
    for composition in made:
        if composition.services is not None:
            composition.services.store.close()


@pytest.fixture
def services(composed: Callable[..., Composition]) -> Services:
    """The services of an instance on the test's stores."""
    held = composed().services
    assert held is not None
    return held


@pytest.fixture
def flask_app(composed: Callable[..., Composition]) -> Flask:
    return create_app(composed())


@pytest.fixture
def client(flask_app: Flask) -> FlaskClient:
    return flask_app.test_client()
