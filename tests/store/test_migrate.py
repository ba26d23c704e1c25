from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import DatabasePlace
from lib.errors import EnvironmentRefused, MigrationRefused, StoreError, StoreTimedOut, StoreUnavailable
from lib.store.compatibility import APP_SCHEMA, SCHEMA_NEEDED
from lib.store.migrate import current_marks, upgrade_database
from tests.conftest import Database

PREVIEW, PRODUCTION, DEVELOPMENT = (
    DeploymentKind.PREVIEW,
    DeploymentKind.PRODUCTION,
    DeploymentKind.DEVELOPMENT,
)


def place_of(fingerprint: str) -> DatabasePlace:
    return DatabasePlace(fingerprint=fingerprint, name="app", is_local=False)


@pytest.fixture
def empty_url(database: Database) -> Iterator[str]:
    """A database without a schema."""
    url = urlsplit(database.url)
    name = f"{url.path[1:]}_empty"
    database.run(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield url._replace(path=f"/{name}").geturl()
    database.run(f'DROP DATABASE "{name}" WITH (FORCE)')


class TestUpgrade:
    def test_brings_an_empty_database_to_the_newest_revision(self, empty_url: str) -> None:
        assert current_marks(empty_url) is None
        done = upgrade_database(empty_url, kind=DEVELOPMENT, said=None)
        assert done.before is None
        assert (done.after.kind, done.after.schema_version) == ("development", SCHEMA_NEEDED)

    def test_stamps_the_address_once(self, empty_url: str) -> None:
        """A stamp of before there were fingerprints gets one; one that has it keeps it (design §9)."""
        assert upgrade_database(empty_url, kind=DEVELOPMENT, said=None).after.fingerprint is None
        done = upgrade_database(empty_url, kind=DEVELOPMENT, said=None, place=place_of("embedded"))
        assert done.after.fingerprint == "embedded"
        with pytest.raises(EnvironmentRefused, match="adopt-copy"):
            upgrade_database(empty_url, kind=DEVELOPMENT, said=None, place=place_of("0123456789abcdef"))
        assert current_marks(empty_url) == done.after

    def test_a_second_time_changes_nothing(self, empty_url: str) -> None:
        first = upgrade_database(empty_url, kind=DEVELOPMENT, said=None)
        assert upgrade_database(empty_url, kind=DEVELOPMENT, said=None).before == first.after

    def test_stamps_what_the_operator_says(self, empty_url: str) -> None:
        assert upgrade_database(empty_url, kind=DEVELOPMENT, said=PRODUCTION).after.kind == "production"

    def test_a_database_that_refuses_is_told_in_words(self, empty_url: str, database: Database) -> None:
        """Not by a traceback of the migration tool's own."""
        name = urlsplit(empty_url).path[1:]
        database.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        with pytest.raises(StoreError, match=r"nothing was changed.*read-only transaction"):
            upgrade_database(empty_url, kind=DEVELOPMENT, said=None)

    def test_a_lock_that_is_held_is_a_time_out(self, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        upgrade_database(empty_url, kind=DEVELOPMENT, said=None)
        monkeypatch.setattr(
            "lib.store.migrate.LOCK_TIMEOUT", "SELECT set_config('lock_timeout', '50ms', true)"
        )
        with psycopg.connect(empty_url) as holder, pytest.raises(StoreTimedOut):
            holder.execute("LOCK TABLE schema_revisions IN ACCESS EXCLUSIVE MODE")
            upgrade_database(empty_url, kind=DEVELOPMENT, said=None)

    def test_never_restamps(self, empty_url: str) -> None:
        upgrade_database(empty_url, kind=DEVELOPMENT, said=PRODUCTION)
        with pytest.raises(EnvironmentRefused, match="stamped production"):
            upgrade_database(empty_url, kind=DEVELOPMENT, said=None)

    @pytest.mark.parametrize(
        "dsn",
        [
            "postgresql://db.example.com/app",
            "postgresql://localhost,db.example.com/app",
            "postgresql://localhost/app?hostaddr=192.0.2.1",
        ],
    )
    def test_another_host_needs_as(self, dsn: str) -> None:
        """A host that isn't loopback is only upgraded when it is said what it is (design §3)."""
        with pytest.raises(MigrationRefused, match="--as"):
            upgrade_database(dsn, kind=PREVIEW, said=None)

    @pytest.mark.parametrize(("name", "value"), [("PGHOST", "db.example.com"), ("PGSERVICE", "live")])
    def test_what_the_driver_adds_counts(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """An address without a host goes wherever libpq's own variables say."""
        monkeypatch.setenv(name, value)
        with pytest.raises(MigrationRefused):
            upgrade_database("postgresql:///app", kind=DEVELOPMENT, said=None)

    def test_an_unreachable_database_is_named(self) -> None:
        with pytest.raises(StoreUnavailable):
            upgrade_database("postgresql://127.0.0.1:1/none", kind=DEVELOPMENT, said=None)
        with pytest.raises(StoreUnavailable):
            current_marks("postgresql://127.0.0.1:1/none")

    def test_the_code_and_the_newest_revision_agree(self, database: Database) -> None:
        newest = int(database.value("SELECT version_num FROM schema_revisions"))
        assert newest == SCHEMA_NEEDED == APP_SCHEMA
        assert newest == database.value("SELECT schema_version FROM schema_compatibility")
