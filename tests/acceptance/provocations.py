"""Everything that can go wrong, made to go wrong in front of a World, and what each comes to."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import click
import structlog
from flask import Flask
from flask.testing import FlaskClient

from lib.exit_codes import ExitCode
from lib.operator.commands.frame import operator_command
from tests import seed
from tests.acceptance.canaries import canary
from tests.acceptance.secret_world import AWAY, EVERYTHING, NONSENSE, SECRETS, World, fail_with_everything
from tests.conftest import Database, FakeClock
from tests.environment.cases import PLACES
from tests.inngest_api import InngestApi
from tests.inngest_functions.signing import Caller

TICK: Final = "/api/cron/background-jobs"
HOOK: Final = "/api/inbound/email"
HASHED: Final = {
    "event_key_hash": canary("INNGEST_EVENT_KEY").encode(),
    "signing_key_hash": bytes.fromhex(canary("INNGEST_SIGNING_KEY")),
    "signing_key_fallback_hash": bytes.fromhex(canary("INNGEST_SIGNING_KEY_FALLBACK")),
}
"""What the SDK tells whoever signs with the key itself, so that both sides may compare."""
FLASKS_OWN: Final = {"run", "shell", "routes"}
"""Commands that Flask brings: they serve, or show code."""
ANOTHER_PROGRAM: Final = ("rollout", "rehearse")
"""Becomes another program, which gets nothing of the environment: here it would end the tests, as passed."""
INNGEST_SAYS: Final = (400, 401, 500, 200)
SPOILT: Final = ("cut in two", "without their form", "with a line break")
EXPECTED: Final[dict[int, tuple[str, ...]]] = {
    ExitCode.WELL: (
        "flask jobs enqueue --kind test.leak --payload {}, now",
        "flask jobs list, after crashes",
        "flask jobs list --json, after crashes",
        "flask drafts list, after crashes",
        "flask jobs list --kind test.leak --status dead, after crashes",
        "flask jobs list --kind draft.send --status dead, after crashes",
    ),
    ExitCode.FAILED: (
        "flask crash, now",
        *(
            f"flask {command}, Inngest says {status}"
            for status in INNGEST_SAYS
            for command in ("inngest sync", "rollout preflight", "rollout preflight --json")
        ),
        "flask inngest sync --json, Inngest is away",
        "flask db upgrade --as production, a role unknown",
        "a tick as a process",
        "an upgrade as a process",
    ),
    ExitCode.ENVIRONMENT_REFUSED: tuple(
        f"{what}, secrets {how}"
        for how in SPOILT
        for what in ("flask env check --json", "flask env check", "flask tick", "a check as a process")
    ),
    200: (
        "control",
        "job",
        "metrics",
        "health",
        "ready",
        "Inngest's questions",
        "a tick whose jobs crash",
        *(f"tick, Inngest says {status}" for status in INNGEST_SAYS),
        "tick, Inngest hangs",
        "tick, Inngest is away",
        "tick, Redis away",
        "metrics, no database",
    ),
    202: ("mail",),
    409: ("job of another state",),
    400: (
        "control of no value",
        "control of a long value",
        "control of no field",
        "no mail",
        *(f"registration, Inngest says {status}" for status in INNGEST_SAYS),
    ),
    401: (
        "tick unsigned",
        "tick with another's secret",
        "metrics with another's secret",
        "control with another's secret",
        "mail unsigned",
        "mail signed wrongly",
        "Inngest's call unsigned",
        "Inngest's call signed wrongly",
        "Inngest's call of long ago",
        "Inngest's questions unsigned",
    ),
    403: ("sign-in without its form",),
    404: ("nothing there", "mail to nowhere"),
    405: ("wrong method",),
    500: ("Inngest's call of no function", "a route that crashes"),
    503: (
        "tick, a role unknown",
        "tick, no database",
        "ready, no database",
        *(f"a request, secrets {how}" for how in SPOILT),
        "a request to a preview with production's secrets",
    ),
}
"""What each provocation comes to: one that went well would prove nothing."""


def provoke_refusals(world: World, database: Database) -> None:
    """Whatever a stranger, or a caller with the wrong secret, can send."""
    workspace = str(seed.workspace(database))
    mail = b"From: Ada <ada@x.example>\n\nhello"
    signed = relayed(mail, workspace, secret=canary("INBOUND_SECRET"))
    with world.app() as app:
        client = app.test_client()
        world.call("tick unsigned", client, TICK)
        world.call("tick with another's secret", client, TICK, headers=bearer("OPERATOR_TOKEN"))
        world.call("metrics with another's secret", client, "/metrics", headers=bearer("CRON_SECRET"))
        world.call("metrics", client, "/metrics", headers=bearer("METRICS_TOKEN"))
        provoke_operator(world, client, database)
        world.call("sign-in without its form", client, "/sign-in", method="POST", data={"token": "wrong"})
        world.call("health", client, "/api/health")
        world.call("ready", client, "/api/health/ready")
        world.call("nothing there", client, "/nothing")
        world.call("wrong method", client, HOOK)
        world.call("mail unsigned", client, HOOK, method="POST", data=mail)
        wrong = relayed(mail, workspace, secret=canary("CRON_SECRET"))
        world.call("mail signed wrongly", client, HOOK, method="POST", data=mail, headers=wrong)
        none = relayed(mail, "nowhere", secret=canary("INBOUND_SECRET"))
        world.call("mail to nowhere", client, HOOK, method="POST", data=mail, headers=none)
        bad = relayed(b"no mail", workspace, secret=canary("INBOUND_SECRET"))
        world.call("no mail", client, HOOK, method="POST", data=b"no mail", headers=bad)
        world.call("mail", client, HOOK, method="POST", data=mail, headers=signed)
        engine = Caller(client, canary("INNGEST_SIGNING_KEY"), FakeClock(datetime.now(UTC)))
        world.keep("Inngest's call unsigned", engine.bare("POST", b"{}"))
        world.keep("Inngest's call signed wrongly", engine.run(key=canary("CRON_SECRET")))
        world.keep("Inngest's call of long ago", engine.run(shift=-3_600))
        world.keep("Inngest's call of no function", engine.run("nothing"))
        world.keep("Inngest's questions unsigned", engine.bare("GET"))
        answer = engine.call("GET")
        told = {name: hashed for name, hashed in answer.get_json().items() if name in HASHED}
        assert told == {name: hashlib.sha256(key).hexdigest() for name, key in HASHED.items()}
        answer.data = json.dumps({**answer.get_json(), **dict.fromkeys(HASHED, None)})
        world.keep("Inngest's questions", answer)


def provoke_crashes(world: World, database: Database) -> None:
    """What is ours, or a library's, raises with all that it knows, and says it to the log as well."""
    workspace = seed.workspace(database, "crashes")
    message = seed.inbound(database, workspace, seed.lead(database, workspace))
    draft = str(seed.draft(database, message))
    with world.app(BACKGROUND_JOBS_USE_INNGEST="false") as app:
        world.call("a route that crashes", app.test_client(), "/test/leak")
        for library in ("httpx", "psycopg.pool", "urllib3.connectionpool"):
            logging.getLogger(library).error("giving up on %s", EVERYTHING, extra={"url": EVERYTHING})
        structlog.get_logger().error("job.dead", error=EVERYTHING, headers={"authorization": EVERYTHING})
        world.command("now", app, "jobs", "enqueue", "--kind", "test.leak", "--payload", "{}")
        payload = json.dumps({"draftId": draft})
        database.run(
            "INSERT INTO jobs (workspace_id, kind, status, payload, max_attempts)"
            " VALUES (%s, 'draft.send', 'pending', %s::jsonb, 1)",
            workspace,
            payload,
        )
        world.call("a tick whose jobs crash", app.test_client(), TICK, headers=bearer("CRON_SECRET"))
        world.command("after crashes", app, "jobs", "list")
        world.command("after crashes", app, "jobs", "list", "--json")
        app.cli.add_command(click.Command("crash", callback=operator_command(fail_with_everything)))
        world.command("now", app, "crash")
        world.command("after crashes", app, "drafts", "list")
        for kind in ("test.leak", "draft.send"):
            world.command("after crashes", app, "jobs", "list", "--kind", kind, "--status", "dead")


def provoke_inngest(world: World) -> None:
    """An Inngest that refuses, answers nonsense, says nothing, and is not there."""
    with world.app(DEPLOYMENT="production") as app:
        client = app.test_client()
        engine = Caller(client, canary("INNGEST_SIGNING_KEY"), FakeClock(datetime.now(UTC)))
        for status in INNGEST_SAYS:
            upstream_repeats_all(world.api, status)
            world.call(f"tick, Inngest says {status}", client, TICK, headers=bearer("CRON_SECRET"))
            world.command(f"Inngest says {status}", app, "inngest", "sync")
            world.command(f"Inngest says {status}", app, "rollout", "preflight")
            world.command(f"Inngest says {status}", app, "rollout", "preflight", "--json")
            world.keep(f"registration, Inngest says {status}", engine.call("PUT"))
        world.api.hangs = True
        world.call("tick, Inngest hangs", client, TICK, headers=bearer("CRON_SECRET"))
        world.api.hangs = False
    with world.app(INNGEST_BASE_URL="http://127.0.0.1:1") as app:
        world.call("tick, Inngest is away", app.test_client(), TICK, headers=bearer("CRON_SECRET"))
        world.command("Inngest is away", app, "inngest", "sync", "--json")


def provoke_outages(world: World) -> None:
    """Stores that refuse the instance, and stores that are away; each command of ours meets them."""
    stranger = world.environ["DATABASE_URL"].replace("//everytick:", "//stranger:")
    with world.app(DATABASE_URL=stranger) as app:
        world.call("tick, a role unknown", app.test_client(), TICK, headers=bearer("CRON_SECRET"))
        world.command("a role unknown", app, "db", "upgrade", "--as", "production")
    world.stores.crash_redis()
    with world.app() as app:
        world.call("tick, Redis away", app.test_client(), TICK, headers=bearer("CRON_SECRET"))
    world.stores.crash_postgres()
    with world.app() as app:
        client = app.test_client()
        world.call("tick, no database", client, TICK, headers=bearer("CRON_SECRET"))
        world.call("ready, no database", client, "/api/health/ready")
        world.call("metrics, no database", client, "/metrics", headers=bearer("METRICS_TOKEN"))
        for words in commands(app):
            if words != ANOTHER_PROGRAM:
                world.command(AWAY, app, *words)
            world.command(NONSENSE, app, *words, "--nonsense")
    world.process("a tick as a process", "tick")
    world.process("an upgrade as a process", "db", "upgrade", "--as", "production")


def commands(app: Flask) -> Iterator[tuple[str, ...]]:
    """Every command of ours, as its words."""
    waiting: list[tuple[tuple[str, ...], click.Command]] = [
        ((name,), command) for name, command in app.cli.commands.items() if name not in FLASKS_OWN
    ]
    while waiting:
        words, command = waiting.pop()
        if isinstance(command, click.Group):
            waiting += [((*words, name), inner) for name, inner in command.commands.items()]
        else:
            yield words


def provoke_guard(world: World) -> None:
    """Every secret spoilt, one way and the other: the app refuses and names the variables."""
    spoilers: tuple[Callable[[str], str], ...] = (
        lambda value: f"{value} {value}",
        lambda value: f"x://{value}@[",
        lambda value: value[:9] + "\n" + value[9:],
    )
    for how, spoilt in zip(SPOILT, spoilers, strict=True):
        changes = {name: spoilt(world.environ[name]) for name in SECRETS}
        with world.app(**changes) as app:
            world.call(f"a request, secrets {how}", app.test_client(), "/api/health")
            for words in ("env check --json", "env check", "tick"):
                world.command(f"secrets {how}", app, *words.split())
        world.process(f"a check as a process, secrets {how}", "env", "check", **changes)
    preview = {**PLACES["vercel preview"], "DEPLOYMENT": "preview"}
    with world.app(**preview) as app:
        world.call("a request to a preview with production's secrets", app.test_client(), TICK)


def provoke_operator(world: World, client: FlaskClient, database: Database) -> None:
    """An operator who pastes secrets wherever words are kept."""
    mode, pasted = "/api/operator/controls/dispatch.mode", canary("DATABASE_URL")
    job = f"/api/operator/jobs/{seed.finished_job(database, days_ago=0, status='dead')}/retry"
    said = {"actor": pasted, "reason": f"{'x' * 400} {pasted}"}

    def call(what: str, path: str, secret: str = "OPERATOR_TOKEN", **more: object) -> None:
        body = {**said, **more}
        world.call(what, client, path, method="POST", json=body, headers=bearer(secret))

    call("control with another's secret", mode, "CRON_SECRET", value="auto")
    call("control", mode, value="auto")
    call("control of no value", mode, value=pasted)
    call("control of a long value", mode, value=["x" * 60, pasted])
    call("control of no field", mode, value="auto", **{pasted: pasted})
    call("job", job)
    call("job of another state", job)


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {canary(name)}"}


def relayed(body: bytes, workspace: str, *, secret: str) -> dict[str, str]:
    """The headers of a mail that is handed in now, signed with `secret`."""
    t = str(int(time.time()))
    mac = hmac.new(secret.encode(), f"{t}.{workspace}.".encode() + body, hashlib.sha256).hexdigest()
    return {"content-type": "message/rfc822", "x-workspace-id": workspace, "x-signature": f"t={t},v1={mac}"}


def upstream_repeats_all(api: InngestApi, status: int) -> None:
    """Inngest refuses and says what it was sent, as a proxy's debugging page does."""
    hashed = hashlib.sha256(bytes.fromhex(canary("INNGEST_SIGNING_KEY"))).hexdigest()
    api.says(
        status, {"error": f"Bearer signkey-prod-{hashed} {EVERYTHING}", "ids": [EVERYTHING], "status": 400}
    )
