"""`flask env adopt-copy`: take over a restored or branched copy of a database."""

import click
import structlog

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import database_place, productions_own
from lib.log.events import LogEvent
from lib.operator.commands.database import database_address
from lib.operator.commands.frame import (
    composition,
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.operator.commands.who_and_why import actor, not_blank
from lib.store.adopt import Adoption, Taker
from lib.store.adopt import adopt_copy as adopt


@click.command("adopt-copy")
@click.option("--why", required=True, help="Why; kept in the database with who and when.")
@dry_run_option
@json_option
@operator_command
def adopt_copy(*, why: str, dry_run: bool, as_json: bool) -> None:
    """Take over a copy of a database for this deployment: a branch, or a restored backup.

    The stamp then names this deployment's kind and the copy's own address. Refused, with exit 3, where the
    database is no copy but production's own. Of a database that is this deployment's already nothing changes.
    """
    reason = not_blank(why, "--why")
    held = services()
    facts = composition().facts
    taker = Taker(
        kind=held.environment.kind or DeploymentKind.PRODUCTION,
        place=database_place(facts),
        is_productions=any(own.variable == "DATABASE_URL" for own in productions_own(facts)),
        actor=actor(),
        reason=reason,
    )
    done = adopt(database_address(held), taker, dry_run=dry_run)
    if done.is_needed and not dry_run:
        structlog.get_logger().warning(
            LogEvent.STORE_ADOPTED, was=done.was.kind, kind=taker.kind, actor=taker.actor, reason=reason
        )
    if as_json:
        print_json(_shape(done, taker, dry_run=dry_run))
    else:
        click.echo(_told(done, taker, dry_run=dry_run))


def _shape(done: Adoption, taker: Taker, *, dry_run: bool) -> dict[str, object]:
    return {
        "dryRun": dry_run,
        "adopted": done.is_needed and not dry_run,
        "isCopy": done.is_needed,
        "was": {"kind": done.was.kind, "fingerprint": done.was.fingerprint},
        "is": {"kind": taker.kind, "fingerprint": taker.fingerprint} if done.is_needed else None,
        "actor": taker.actor,
        "reason": taker.reason,
    }


def _told(done: Adoption, taker: Taker, *, dry_run: bool) -> str:
    if not done.is_needed:
        return f"Nothing to take over: the database is stamped {done.was.kind} at this address."
    verb = "Would take over" if dry_run else "Took over"
    return f"{verb} a copy stamped {done.was.kind}: it is stamped {taker.kind} at this address."
