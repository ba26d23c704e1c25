"""`flask env verify`: deployments seen from outside, for a pipeline and for people (design §3)."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click
from rich.table import Table

from lib.clock import SystemClock
from lib.environment.decision import DeploymentKind
from lib.errors import UsageProblem
from lib.exit_codes import ExitCode
from lib.operator.commands.duration import Duration
from lib.operator.commands.frame import composition, json_option, operator_command, print_json, print_table
from lib.registration import API, DEFAULT_PATH
from lib.settings import Settings
from lib.verification.registered import NOT_ASKED, Registered, ask_inngest, judge_registered
from lib.verification.target import Target, read_target
from lib.verification.verdict import WORST_FIRST, Verdict
from lib.verification.verify import verify


@click.command("verify")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@click.option(
    "--expect",
    type=click.Choice([kind.value for kind in DeploymentKind]),
    default=DeploymentKind.PREVIEW.value,
    show_default=True,
    help="What the deployments have to be.",
)
@click.option("--wait", type=Duration(), help="Look again so long while a deployment comes up: 90s, 5m.")
@json_option
@operator_command
def verify_command(*, urls: Sequence[str], expect: str, wait: timedelta | None, as_json: bool) -> ExitCode:
    """Check x-inngest-env of deployments from outside, and where Inngest has the app registered.

    Exit 0 when the header is present, the same on HEAD and GET, and allowed; 3 when it is missing or not
    allowed, behind a login page or a redirect too, or when production is registered at a preview; 1 without
    a usable answer (time-out, 5xx). Of several addresses 3 wins, then 1.
    """
    settings = _settings()
    expected = DeploymentKind(expect)
    targets = [read_target(url, path=settings.inngest_serve_path or DEFAULT_PATH) for url in urls]
    secret = settings.vercel_automation_bypass_secret
    verdicts = verify(
        targets,
        expected=expected,
        bypass_secret=secret.get_secret_value() if secret else None,
        wait_ms=wait.total_seconds() * 1000 if wait else 0,
        clock=SystemClock(),
        pause=time.sleep,
    )
    registered = _registered(settings, expected, targets)
    codes = [*(verdict.exit_code for verdict in verdicts), registered.exit_code]
    code = min(codes, key=WORST_FIRST.index)
    if as_json:
        print_json(_shape(expected, targets, verdicts, registered, code))
    else:
        _tell(targets, verdicts, registered)
    return code


def _settings() -> Settings:
    """This machine's settings; whether the app may run here is not asked."""
    held = composition()
    if held.settings is None:
        problems = " ".join(problem.summary for problem in held.decision.problems)
        raise UsageProblem(f"The settings of this machine cannot be read: {problems}")
    return held.settings


def _registered(settings: Settings, expected: DeploymentKind, targets: Sequence[Target]) -> Registered:
    if settings.inngest_signing_key is None:
        return NOT_ASKED
    key = settings.inngest_signing_key.get_secret_value()
    api = settings.inngest_api_base_url or settings.inngest_base_url or API
    answer = ask_inngest(api, key, settings.inngest_env, clock=SystemClock())
    if isinstance(answer, Registered):
        return answer
    hosts = frozenset(target.host for target in targets)
    return judge_registered(answer, signing_key=key, expected=expected, hosts=hosts)


def _shape(
    expected: DeploymentKind,
    targets: Sequence[Target],
    verdicts: Sequence[Verdict],
    registered: Registered,
    code: ExitCode,
) -> dict[str, Any]:
    return {
        "ok": code is ExitCode.WELL,
        "expected": expected,
        "deployments": [
            {
                "url": target.url,
                "finding": verdict.finding,
                "inngestEnv": verdict.env,
                "detail": verdict.detail,
                "exitCode": verdict.exit_code,
            }
            for target, verdict in zip(targets, verdicts, strict=True)
        ],
        "registered": {
            "place": registered.place,
            "url": registered.url,
            "detail": registered.detail,
        },
    }


def _tell(targets: Sequence[Target], verdicts: Sequence[Verdict], registered: Registered) -> None:
    table = Table("address", "finding", "x-inngest-env", "what that means")
    for target, verdict in zip(targets, verdicts, strict=True):
        table.add_row(target.url, verdict.finding, verdict.env or "", verdict.detail)
    print_table(table)
    place = registered.place.replace("_", " ")
    at = f" at {registered.url}" if registered.url else ""
    click.echo(f"Registered with Inngest: {place}{at}. {registered.detail}")
