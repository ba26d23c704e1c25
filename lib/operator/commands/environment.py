"""`flask env`: what the environment guard says, for the build and for people."""

from typing import Any

import click
from flask.cli import AppGroup

from lib.composition import Composition
from lib.environment.fingerprints import fingerprints_of
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import (
    composition,
    json_option,
    operator_command,
    print_json,
    tell_problems,
)
from lib.settings import Settings

env = AppGroup("env", help="Check this deployment's environment.")

FLAGS = (
    "background_jobs_use_inngest",
    "background_jobs_inngest_percent",
    "inngest_self_hosted",
    "auto_send_disabled",
    "database_prepare",
    "everytick_embedded_database",
)


@env.command("check")
@json_option
@operator_command
def check(*, as_json: bool) -> ExitCode:
    """Say which deployment this is and what is wrong with it; connects to nothing.

    Exit 0 when nothing is wrong, 3 otherwise: each problem is named with its cure, and no value.
    """
    held = composition()
    if as_json:
        print_json(_shape(held))
    else:
        _tell(held)
    return ExitCode.ENVIRONMENT_REFUSED if held.decision.problems else ExitCode.WELL


@env.command("fingerprint")
@json_option
@operator_command
def show_fingerprints(*, as_json: bool) -> ExitCode:
    """Print the fingerprints of this deployment's keys and stores; connects to nothing.

    Run it in production and set the last line as PRODUCTION_FINGERPRINTS on every deployment: previews then
    refuse production's. Exit 4 when nothing is set that has one.
    """
    found = fingerprints_of(composition().facts)
    joined = ",".join(dict.fromkeys(each.value for each in found))
    if as_json:
        print_json({"fingerprints": {each.variable: each.value for each in found}, "joined": joined})
    elif found:
        for each in found:
            click.echo(f"{each.variable}: {each.value}")
        click.echo(f"PRODUCTION_FINGERPRINTS={joined}")
    else:
        click.echo("Nothing is set that has a fingerprint: no key, no database, no Redis.", err=True)
    return ExitCode.WELL if found else ExitCode.NOTHING_FOUND


def _shape(held: Composition) -> dict[str, Any]:
    decision = held.decision
    return {
        "ok": not decision.problems,
        "kind": decision.kind,
        "refused": decision.refused,
        "inngestEnv": decision.inngest_env,
        "inngestUsable": decision.inngest_usable,
        "inngestHindrances": [p.as_json() for p in decision.hindrances],
        "flags": _flags(held.settings),
        "unknownSettings": list(held.unknown_settings),
        "problems": [p.as_json() for p in decision.problems],
    }


def _tell(held: Composition) -> None:
    decision = held.decision
    click.echo(f"Deployment: {decision.kind or 'cannot be told'}")
    click.echo(f"Inngest environment: {decision.inngest_env or 'none'}")
    click.echo(f"Inngest: {_use(held)}")
    for name, flag in (_flags(held.settings) or {}).items():
        click.echo(f"{name}={str(flag['value']).lower()} ({flag['source']})")
    for name in held.unknown_settings:
        click.echo(f"Unknown variable: {name} (misspelt? .env.example lists those that are read)")
    if not decision.problems:
        click.echo("Nothing else is wrong." if held.unknown_settings else "Nothing is wrong.")
        return
    click.echo("Refused: every route answers 503." if decision.refused else "Runs, but not as it should:")
    tell_problems(decision.problems, err=False)


def _use(held: Composition) -> str:
    if not held.decision.inngest_usable:
        told_below = held.decision.problems
        reasons = "".join(f"\n  {p.summary}" for p in held.decision.hindrances if p not in told_below)
        return f"not usable, work is done inline{reasons}"
    if held.settings is None or not held.settings.background_jobs_use_inngest:
        return "usable, but BACKGROUND_JOBS_USE_INNGEST is off: work is done inline"
    return "usable, and the flag is on"


def _flags(settings: Settings | None) -> dict[str, dict[str, Any]] | None:
    """Each flag's effective value and where it comes from (D10); None when the settings were not readable."""
    if settings is None:
        return None
    return {
        name.upper(): {
            "value": getattr(settings, name),
            "source": "set"
            if name.upper() in settings.model_fields_set or name in settings.model_fields_set
            else "default",
        }
        for name in FLAGS
    }
