"""Take over a copy of a database (`flask env adopt-copy`, design §9): a branch, or a restored backup."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import DatabasePlace
from lib.errors import EnvironmentRefused, SchemaOutdated, StoreError, StoreTimedOut, StoreUnavailable
from lib.store.compatibility import DatabaseMarks, is_copy, read_marks

TIMEOUTS: Final = (
    "SELECT set_config('statement_timeout', '10s', true), set_config('lock_timeout', '5s', true)"
)
LOCK_STAMP: Final = "SELECT FROM environment_stamp FOR UPDATE"
RESTAMP: Final = """
UPDATE environment_stamp
SET kind = %(kind)s, fingerprint = %(fingerprint)s, database_name = %(name)s, stamped_at = everytick_now()
"""
KEEP: Final = """
INSERT INTO control_changes (name, value, actor, reason, changed_at)
VALUES ('database.stamp', %(value)s, %(actor)s, %(reason)s, everytick_now())
"""
"""Kept beside the changes of controls: that table is in every copy, whatever its revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who takes a database over, and for which deployment."""

    kind: DeploymentKind
    place: DatabasePlace | None
    """Where the database is; None where its address cannot tell."""
    is_productions: bool
    """Whether PRODUCTION_FINGERPRINTS names that address."""
    actor: str
    reason: str

    @property
    def fingerprint(self) -> str | None:
        """Of the database's address."""
        return self.place.fingerprint if self.place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What was found, and whether there was anything to take over."""

    was: DatabaseMarks
    is_needed: bool
    """False where the stamp is this deployment's own already: nothing is changed then."""


def adopt_copy(dsn: str, taker: Taker, *, dry_run: bool = False) -> Adoption:
    """Stamp the copy at `dsn` for `taker`, and keep who did it and why, in one transaction.

    Raises EnvironmentRefused for what is no copy that `taker` may have, SchemaOutdated for a database that
    was never migrated or stamped, StoreUnavailable, and StoreError where its user lacks the right.
    """
    try:
        with psycopg.connect(dsn, connect_timeout=5, prepare_threshold=None) as connection:
            connection.execute(TIMEOUTS)
            return _adopt(connection, taker, dry_run=dry_run)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise StoreTimedOut from error
    except psycopg.OperationalError as error:
        raise StoreUnavailable from error
    except psycopg.Error as error:
        told = error.diag.message_primary or type(error).__name__
        raise StoreError(f"The database refused, nothing was changed: {told}.") from error


def _adopt(connection: psycopg.Connection[Any], taker: Taker, *, dry_run: bool) -> Adoption:
    marks = read_marks(connection)
    if marks is None or marks.kind is None:
        raise SchemaOutdated("The database carries no stamp: run `flask db upgrade`.")
    if not dry_run:
        connection.execute(LOCK_STAMP)
        marks = read_marks(connection) or marks
    require_adoptable(marks, taker)
    if not is_copy(marks, taker.place):
        return Adoption(was=marks, is_needed=False)
    if not dry_run:
        stamp = {"kind": taker.kind.value, "fingerprint": taker.fingerprint}
        was = {"kind": marks.kind, "fingerprint": marks.fingerprint}
        connection.execute(RESTAMP, {**stamp, "name": taker.place and taker.place.name})
        connection.execute(
            KEEP,
            {"value": Jsonb({"was": was, "is": stamp}), "actor": taker.actor, "reason": taker.reason},
        )
    return Adoption(was=marks, is_needed=True)


def require_adoptable(marks: DatabaseMarks, taker: Taker) -> None:
    """Raise EnvironmentRefused where `taker` may not take the database over, whatever it says.

    What carries its own address's stamp is the original; what stands at production's address is production's;
    and production takes nothing but copies of its own.
    """
    production = DeploymentKind.PRODUCTION
    if taker.place is None:
        raise _refused(
            "The database's address cannot be told from here, and with it not whether it is a copy."
        )
    if taker.is_productions and taker.kind is not production:
        raise _refused("PRODUCTION_FINGERPRINTS names this database: it is production's own, no copy.")
    if production not in (marks.kind, taker.kind) or marks.kind == taker.kind:
        return
    if taker.kind is production:
        raise _refused(f"The database is stamped {marks.kind}: production takes over copies of its own only.")
    if not is_copy(marks, taker.place):
        raise _refused(
            "The database is stamped production at this very address: it is the original, no copy."
        )


def _refused(message: str) -> EnvironmentRefused:
    return EnvironmentRefused(
        f"{message} Nothing was changed; give this deployment a database of its own.",
        problem_code="database_stamp_mismatch",
    )
