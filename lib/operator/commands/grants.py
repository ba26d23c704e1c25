"""`flask db grants`: the statements that give the app's database role what it needs, and no more."""

import click

from lib.errors import UsageProblem
from lib.operator.commands.frame import json_option, operator_command, print_json
from lib.store.grants import grants_for

LONGEST_NAME = 63
"""Bytes: PostgreSQL cuts a longer one, which would then be another role."""


@click.command("grants")
@click.option("--role", required=True, help="The role that the app's DATABASE_URL names.")
@json_option
@operator_command
def grants(role: str, *, as_json: bool) -> None:
    """Print what the app's role needs, for the role that owns the tables to run: connects to nothing.

    flask db grants --role everytick_app | psql "$OWNERS_DATABASE_URL"
    """
    if not role or "\0" in role or len(role.encode()) > LONGEST_NAME:
        raise UsageProblem(f"The role's name has to have 1 to {LONGEST_NAME} bytes.")
    statements = grants_for(role)
    if as_json:
        print_json({"role": role, "statements": list(statements)})
        return
    for statement in statements:
        click.echo(f"{statement};")
