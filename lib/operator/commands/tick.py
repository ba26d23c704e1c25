"""`flask tick`: one tick, exactly as the cron route does it (design §3)."""

import click
from rich.console import Console

from lib.exit_codes import ExitCode
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.stop_signals import stop_signals
from lib.ticks.events import TickSource
from lib.ticks.report import TickReport
from lib.ticks.tick import foresee_tick, run_tick


@click.command("tick")
@dry_run_option
@json_option
@operator_command
def tick(*, dry_run: bool, as_json: bool) -> ExitCode:
    """Run one tick and print its JSON; exit 1 when work failed, 7 when it is degraded.

    SIGTERM or Ctrl-C ends it well: what has not begun is given back. On a terminal a summary follows, on
    standard error.
    """
    if dry_run:
        print_json({"dryRun": True, **foresee_tick(services())})
        return ExitCode.WELL
    held = services()
    with stop_signals(held.stopping):
        report = run_tick(held, source=TickSource.CLI)
    print_json(report.as_json())
    terminal = Console(stderr=True)
    if terminal.is_terminal and not as_json:
        terminal.print(in_words(report), markup=False, highlight=False, soft_wrap=True)
    if report.failed:
        return ExitCode.FAILED
    return ExitCode.DEGRADED if report.degraded else ExitCode.WELL


def in_words(report: TickReport) -> str:
    """What the tick did, in one line."""
    done = [f"Tick {report.mode} ({report.reason})"]
    for name, execution in report.executions.items():
        facts = execution.summary or {}
        words = [f"{name} {execution.status}"]
        if "processed" in facts:
            words.append(f"{facts['processed']} jobs done, {facts['remaining']} left")
        if execution.error:
            words.append(execution.error)
        done.append(": ".join(words))
    if report.sent.error:
        done.append(f"not sent: {report.sent.error.message}")
    if report.degraded:
        done.append("degraded")
    return "; ".join(done) + "."
