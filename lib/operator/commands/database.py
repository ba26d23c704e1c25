"""`flask db`: migrations and the database's stamp."""

import click
from flask.cli import AppGroup

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import database_place
from lib.errors import StoreUnavailable
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import (
    composition,
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.services import Services
from lib.store.compatibility import APP_SCHEMA, SCHEMA_NEEDED, DatabaseMarks
from lib.store.migrate import current_marks, plan_upgrade, upgrade_database

db = AppGroup("db", help="Migrate the database and see where it stands.")


@db.command("upgrade")
@click.option(
    "--as",
    "said",
    type=click.Choice([kind.value for kind in DeploymentKind]),
    help="What this database is; required where its host isn't this machine.",
)
@dry_run_option
@json_option
@operator_command
def upgrade(said: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Bring the database to the newest revision and stamp it."""
    held = services()
    kind = held.environment.kind or DeploymentKind.PRODUCTION
    wanted = DeploymentKind(said) if said else None
    place = database_place(composition().facts)
    if dry_run:
        before = plan_upgrade(database_address(held), kind=kind, said=wanted, place=place)
        _tell_plan(before, wanted or kind, as_json=as_json)
        return
    done = upgrade_database(database_address(held), kind=kind, said=wanted, place=place)
    if as_json:
        print_json({"before": _shape(done.before), "after": _shape(done.after)})
    else:
        was = done.before.schema_version if done.before else 0
        click.echo(
            f"Database at revision {done.after.schema_version:04} (was {was:04}), stamped {done.after.kind}."
        )


@db.command("current")
@json_option
@operator_command
def current(*, as_json: bool) -> ExitCode:
    """Show the database's revision and stamp; exit 7 when it does not fit this code."""
    marks = current_marks(database_address(services()))
    fits = marks is not None and marks.schema_version >= SCHEMA_NEEDED and marks.min_app_schema <= APP_SCHEMA
    if as_json:
        print_json({"database": _shape(marks), "needed": SCHEMA_NEEDED, "fits": fits})
    elif marks is None:
        click.echo("No schema yet: run `flask db upgrade`.")
    else:
        click.echo(
            f"Revision {marks.schema_version:04}, needed {SCHEMA_NEEDED:04}, stamped "
            f"{marks.kind or 'nothing'}: {'fits' if fits else 'does not fit; run `flask db upgrade`'}."
        )
    return ExitCode.WELL if fits else ExitCode.DEGRADED


def _tell_plan(before: DatabaseMarks | None, kind: DeploymentKind, *, as_json: bool) -> None:
    """Say what an upgrade would do."""
    newest = max(APP_SCHEMA, before.schema_version if before else 0)
    if as_json:
        print_json({"dryRun": True, "before": _shape(before), "revision": newest, "kind": kind})
        return
    was = before.schema_version if before else 0
    click.echo(f"Would bring the database to revision {newest:04} (is {was:04}), stamped {kind}.")


def _shape(marks: DatabaseMarks | None) -> dict[str, object] | None:
    if marks is None:
        return None
    return {
        "kind": marks.kind,
        "schemaVersion": marks.schema_version,
        "minAppSchema": marks.min_app_schema,
    }


def database_address(held: Services) -> str:
    """The database's address. Raises StoreUnavailable where none is configured."""
    url = held.settings.database_url
    if url is None:
        raise StoreUnavailable("No database is configured: start with bin/dev, or set DATABASE_URL.")
    return url.get_secret_value()
