"""Whether a database may be used by this code in this deployment: its stamp and its schema (design §9)."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import DatabasePlace
from lib.errors import EnvironmentRefused, SchemaOutdated, SchemaTooNew

SCHEMA_NEEDED: Final = 12
"""The lowest `schema_version` that this code can work on: the number of the newest revision it relies on."""
APP_SCHEMA: Final = 12
"""The schema this code was written for; a database whose `min_app_schema` is higher no longer serves it."""

READ_MARKS: Final = """
SELECT s.kind, s.fingerprint, s.database_name, c.schema_version, c.min_app_schema
FROM schema_compatibility c LEFT JOIN environment_stamp s ON true
"""


@dataclass(frozen=True, slots=True)
class DatabaseMarks:
    """What the database says of itself."""

    kind: str | None
    """The deployment kind it is stamped with; None when it carries no stamp."""
    fingerprint: str | None
    """Of the address that it was stamped at, `embedded` of the embedded one; None where none was stamped."""
    database_name: str | None
    """Its name there."""
    schema_version: int
    min_app_schema: int


def read_marks(connection: psycopg.Connection[Any]) -> DatabaseMarks | None:
    """The database's marks; None when it was never migrated."""
    try:
        with (
            connection.transaction(),
            connection.cursor(row_factory=class_row(DatabaseMarks)) as cur,
        ):
            return cur.execute(READ_MARKS).fetchone()
    except psycopg.errors.UndefinedTable:
        return None


def require_compatible(
    marks: DatabaseMarks | None, kind: DeploymentKind, place: DatabasePlace | None = None
) -> None:
    """Raise what stands against use: EnvironmentRefused, SchemaOutdated or SchemaTooNew.

    `place` is where the address in use leads; None where it cannot be told.
    """
    if marks is None:
        raise SchemaOutdated(
            f"The database has no schema yet: run `flask db upgrade` (revision {SCHEMA_NEEDED:04} is needed)."
        )
    require_stamp(marks.kind, kind)
    require_original(marks, place)
    if marks.schema_version < SCHEMA_NEEDED:
        raise SchemaOutdated(
            f"The database is at revision {marks.schema_version:04}, this code needs "
            f"{SCHEMA_NEEDED:04}: run `flask db upgrade`."
        )
    if marks.min_app_schema > APP_SCHEMA:
        raise SchemaTooNew(
            f"The database serves code of schema {marks.min_app_schema:04} or newer and this code is "
            f"{APP_SCHEMA:04}: deploy the current version."
        )


def require_stamp(stamped: str | None, kind: DeploymentKind) -> None:
    """Raise EnvironmentRefused unless a database stamped `stamped` may be used by `kind`.

    A database stamped `production` refuses every other kind, and production refuses one stamped otherwise
    or not at all (design §9).
    """
    production = DeploymentKind.PRODUCTION
    if stamped == kind or (production not in (stamped, kind)):
        return
    raise EnvironmentRefused(
        f"This deployment is {kind.value} and the database is stamped {stamped or 'nothing'}: give the "
        "deployment its own database, or stamp a new one with `flask db upgrade --as KIND`; take a copy over "
        "with `flask env adopt-copy --why …`.",
        problem_code="database_stamp_mismatch",
    )


def is_copy(marks: DatabaseMarks, place: DatabasePlace | None) -> bool:
    """Whether the stamp was made at another place than `place`: a branch, or restored.

    Through an address of this machine the same name is no copy: it may be the original behind a tunnel, and
    whoever took that over would have its own deployment refused.
    """
    if place is None or marks.fingerprint in (None, place.fingerprint):
        return False
    return not (place.is_local and marks.database_name == place.name)


def require_original(marks: DatabaseMarks, place: DatabasePlace | None) -> None:
    """Raise EnvironmentRefused for a copy that nobody has taken over (design §9)."""
    if is_copy(marks, place):
        raise EnvironmentRefused(
            "The database was stamped at another address: it is a copy, or has moved. If nothing else uses "
            "it, take it over with `flask env adopt-copy --why …`.",
            problem_code="database_is_a_copy",
        )
