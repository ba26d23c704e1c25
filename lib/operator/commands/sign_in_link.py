"""`flask operator`: letting the operator in."""

from typing import Final

import click
import structlog
from flask.cli import AppGroup
from pydantic import TypeAdapter, ValidationError

from lib.environment.decision import DeploymentKind
from lib.errors import UsageProblem
from lib.log.events import LogEvent
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.operator.commands.inngest import LOCAL_ORIGIN
from lib.operator.commands.who_and_why import actor
from lib.services import Services
from lib.setting_types import WebAddress
from lib.sign_in.links import LINK_SECONDS, make_link

operator = AppGroup("operator", help="Let the operator in.")

ADDRESS: Final = "{origin}/sign-in?link={word}"


@operator.command("sign-in-link")
@click.option("--origin", help="Where the app is reached, like https://everytick.example.com.")
@dry_run_option
@json_option
@operator_command
def sign_in_link(*, origin: str | None, dry_run: bool, as_json: bool) -> None:
    """Make a link that signs in whoever opens it first.

    It works once and for ten minutes, and no longer when OPERATOR_TOKEN changes; only a hash of it is kept.
    Without --origin it leads to INNGEST_SERVE_ORIGIN or the platform's address, in development to bin/dev.
    """
    held = services()
    token = held.settings.operator_token
    if token is None:
        raise UsageProblem("Nobody can sign in: OPERATOR_TOKEN is not set.")
    reached = _origin(held, origin)
    if dry_run:
        url = ADDRESS.format(origin=reached, word="…")
    else:
        with held.store.transaction() as connection:
            word = make_link(connection, token, chance=held.random, actor=actor())
        structlog.get_logger().info(LogEvent.OPERATOR_LINK_MADE, actor=actor())
        url = ADDRESS.format(origin=reached, word=word)
    if as_json:
        print_json({"url": url, "expiresInSeconds": LINK_SECONDS, "dryRun": dry_run})
    elif dry_run:
        click.echo(f"Would make a link {url}")
    else:
        click.echo(f"Works once, for {LINK_SECONDS // 60} minutes: {url}")


def _origin(held: Services, said: str | None) -> str:
    """Scheme and host of the address. Raises UsageProblem where they are not known or not an address."""
    if said is not None:
        try:
            return TypeAdapter(WebAddress).validate_python(said.strip()).rstrip("/")
        except ValidationError:
            raise UsageProblem("--origin is not a web address: it begins with https:// or http://") from None
    if held.environment.serve_origin is not None:
        return held.environment.serve_origin
    if held.environment.kind is DeploymentKind.DEVELOPMENT:
        return LOCAL_ORIGIN
    raise UsageProblem("Nothing says where this app is reached: name it by --origin.")
