"""What commands print of controls that they changed."""

from typing import Any

import click

from lib.operator.change import Change
from lib.operator.commands.frame import print_json


def tell_change(changed: Change, *, as_json: bool) -> None:
    """Print what each control was and is, and what the next tick does."""
    if as_json:
        print_json(changed.as_json())
        return
    for one in changed.controls:
        _tell(one.as_json(), dry_run=changed.dry_run)
    if changed.next_tick is not None:
        click.echo(f"Next tick: {changed.next_tick['mode']} ({changed.next_tick['reason']}).")


def _tell(change: dict[str, Any], *, dry_run: bool) -> None:
    old = "not set" if change["old"] is None else _said(change["old"])
    until = f" until {change['expiresAt']}" if change["expiresAt"] else ""
    verb = "would become" if dry_run else "is now"
    click.echo(f"{change['name']} {verb} {_said(change['new'])}{until} (it was {old}).")


def _said(value: object) -> str:
    """A control's value as it is typed."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
