"""`flask tick`: one tick, exactly as the cron route does it (design §3)."""

import click

from lib.exit_codes import ExitCode
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.status.run_status import RunSource
from lib.ticks.tick import foresee_tick, run_tick


@click.command("tick")
@dry_run_option
@json_option
@operator_command
def tick(*, dry_run: bool, as_json: bool) -> ExitCode:
    """Run one tick and print its JSON; exit 1 when work failed, 7 when it is degraded."""
    del as_json  # the answer is JSON either way
    if dry_run:
        print_json({"dryRun": True, **foresee_tick(services())})
        return ExitCode.WELL
    report = run_tick(services(), source=RunSource.CLI)
    print_json(report.as_json())
    if report.failed:
        return ExitCode.FAILED
    return ExitCode.DEGRADED if report.degraded else ExitCode.WELL
