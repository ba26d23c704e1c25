"""Whether the database is this deployment's, and at the revision that this code was written for."""

from lib.errors import EnvironmentRefused, SchemaOutdated, SchemaTooNew, StoreUnavailable
from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject
from lib.store.compatibility import APP_SCHEMA, read_marks


def check_database(subject: Subject) -> Check:
    """Stamped for this kind at this address, and at head."""
    try:
        with subject.services.store.transaction() as connection:
            marks = read_marks(connection)
    except EnvironmentRefused as refused:
        return not_ok(CheckName.DATABASE, refused.message, cure="Give the deployment its own database.")
    except SchemaOutdated as outdated:
        return not_ok(CheckName.DATABASE, outdated.message, cure="Run `flask db upgrade`.")
    except SchemaTooNew as too_new:
        return not_ok(CheckName.DATABASE, too_new.message, cure="Deploy the current version.")
    except StoreUnavailable as away:
        return not_ok(CheckName.DATABASE, away.message, cure="Bring PostgreSQL back: ticks need it.")
    if marks is None or marks.schema_version < APP_SCHEMA:
        version = "none" if marks is None else f"{marks.schema_version:04}"
        return not_ok(
            CheckName.DATABASE,
            f"The database is at revision {version}, this code's newest is {APP_SCHEMA:04}.",
            cure="Run `flask db upgrade`.",
        )
    stamp = f"stamped {marks.kind}" if marks.kind else "without a stamp"
    newer = " (by newer code, which lets this one work)" if marks.schema_version > APP_SCHEMA else ""
    return ok(CheckName.DATABASE, f"At revision {marks.schema_version:04}{newer}, {stamp}.")
