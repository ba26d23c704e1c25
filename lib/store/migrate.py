"""Bring a database to the newest revision and stamp it (`flask db upgrade`, design §9).

Alembic and SQLAlchemy are imported inside the functions: nothing at run time needs them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import DatabasePlace
from lib.errors import EnvironmentRefused, MigrationRefused, StoreError, StoreTimedOut, StoreUnavailable
from lib.store.compatibility import DatabaseMarks, read_marks, require_original

if TYPE_CHECKING:
    import sqlalchemy

MIGRATIONS: Final = Path(__file__).parents[2] / "migrations"
LOCK_KEY: Final = 3_863_310_229
"""Two upgrades at once wait for one another: a lock of the transaction, never of the session (D5)."""
STATEMENT_TIMEOUT: Final = "SELECT set_config('statement_timeout', '120s', true)"
LOCK_TIMEOUT: Final = "SELECT set_config('lock_timeout', '5s', true)"
STAMP: Final = """
INSERT INTO environment_stamp AS held (kind, fingerprint, database_name) VALUES (%s, %s, %s)
ON CONFLICT (singleton) DO UPDATE
SET fingerprint = excluded.fingerprint, database_name = excluded.database_name
WHERE held.fingerprint IS NULL AND held.kind = excluded.kind
"""
"""Never over another stamp; one that has no fingerprint yet gets it."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What an upgrade did."""

    before: DatabaseMarks | None
    """The database's marks before; None when it was empty."""
    after: DatabaseMarks


def upgrade_database(
    dsn: str, *, kind: DeploymentKind, said: DeploymentKind | None, place: DatabasePlace | None = None
) -> Upgrade:
    """Migrate and stamp the database at `dsn`.

    `kind` is this deployment's, `said` what the operator named with --as, `place` where the address leads.
    Raises MigrationRefused for a host that isn't loopback without --as, EnvironmentRefused for a database
    stamped otherwise and for a copy, StoreUnavailable, and StoreError when the database refuses a revision.
    """
    wanted = said or kind
    before = plan_upgrade(dsn, kind=kind, said=said, place=place)
    try:
        _run_revisions(dsn)
        with psycopg.connect(dsn, connect_timeout=5, prepare_threshold=None) as connection:
            stamp = (wanted.value, place and place.fingerprint, place and place.name)
            connection.execute(STAMP, stamp)
            after = read_marks(connection)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise StoreTimedOut from error
    except psycopg.OperationalError as error:
        raise StoreUnavailable from error
    except psycopg.Error as error:
        told = error.diag.message_primary or type(error).__name__
        raise StoreError(f"The database refused the upgrade, nothing was changed: {told}.") from error
    if after is None:
        raise StoreUnavailable("the database lost its marks while it was upgraded")
    _require_kind(after, wanted)
    return Upgrade(before=before, after=after)


def plan_upgrade(
    dsn: str, *, kind: DeploymentKind, said: DeploymentKind | None, place: DatabasePlace | None = None
) -> DatabaseMarks | None:
    """The marks of the database to be upgraded; None when it is empty. Raises as the upgrade would."""
    if said is None and not _is_local(dsn):
        raise MigrationRefused
    before = current_marks(dsn)
    _require_kind(before, said or kind)
    if before is not None:
        require_original(before, place)
    return before


def _require_kind(marks: DatabaseMarks | None, wanted: DeploymentKind) -> None:
    if marks is not None and marks.kind not in (None, wanted.value):
        raise EnvironmentRefused(
            f"The database is stamped {marks.kind}, not {wanted.value}: its stamp was not changed. "
            f"If it really is {marks.kind}, say --as {marks.kind}.",
            problem_code="database_stamp_mismatch",
        )


def current_marks(dsn: str) -> DatabaseMarks | None:
    """The marks of the database at `dsn`; None when it was never migrated. Raises StoreUnavailable."""
    try:
        with psycopg.connect(dsn, connect_timeout=5, prepare_threshold=None) as connection:
            return read_marks(connection)
    except psycopg.OperationalError as error:
        raise StoreUnavailable from error


def _run_revisions(dsn: str) -> None:
    import sqlalchemy  # noqa: PLC0415 - see the module's docstring
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(dsn, connect_timeout=5, prepare_threshold=None),
        poolclass=sqlalchemy.pool.NullPool,
    )
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            _bound(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sqlalchemy.exc.DBAPIError as error:
        raise (error.orig or error) from error


def _bound(connection: "sqlalchemy.Connection") -> None:
    """Bound every wait; another upgrade's end is waited for as long as a statement may take."""
    connection.exec_driver_sql(STATEMENT_TIMEOUT)
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
    connection.exec_driver_sql(LOCK_TIMEOUT)


def _is_local(dsn: str) -> bool:
    """Whether every host that `dsn`, or libpq's own defaults, name is this machine (a socket counts)."""
    facts = psycopg.conninfo.conninfo_to_dict(dsn)
    defaults = {
        option.keyword.decode(): (option.val or b"").decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.keyword in (b"host", b"hostaddr", b"service")
    }
    if facts.get("service") or defaults["service"]:
        return False  # it may name any host
    hosts = f"{facts.get('host') or defaults['host']},{facts.get('hostaddr') or defaults['hostaddr']}".split(
        ","
    )
    return all(host in LOOPBACK or host.startswith(("/", "@")) or not host for host in hosts)
