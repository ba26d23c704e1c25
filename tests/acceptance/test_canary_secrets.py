"""No secret comes out: neither in a log, an answer, a command's words, Redis or the database.

The app runs as production with a canary in each variable that holds a secret, and everything goes wrong
that can: stores away, an Inngest that refuses and repeats what it was sent, handlers that raise whatever they
know.
"""

import base64
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import click
import pytest
import redis

from lib.environment.decision import DeploymentKind
from lib.exit_codes import ExitCode
from lib.store.migrate import upgrade_database
from tests.acceptance.canaries import Evidence, canary, forms
from tests.acceptance.provocations import (
    EXPECTED,
    provoke_crashes,
    provoke_guard,
    provoke_inngest,
    provoke_outages,
    provoke_refusals,
)
from tests.acceptance.secret_world import AWAY, EVERYTHING, NONSENSE, SECRETS, World
from tests.conftest import Database
from tests.drafts.mail_servers import Talk, scripted_server
from tests.inngest_api import inngest_api
from tests.own_stores import own_stores

LEAST_FAILING: Final = 8
"""Commands that need the stores, and said by name that they are away."""
LEAST_EVIDENCE: Final = 250
"""Texts: what came out is what was looked through."""


def repeats_the_password(talk: Talk) -> None:
    """A mail server whose refusal says what it was told."""
    talk.say("220 here")
    talk.hear()
    talk.say("250-hello\r\n250 AUTH PLAIN LOGIN")
    said = talk.hear().decode().strip()
    talk.say(f"535 no such user: {said} {EVERYTHING}")


@pytest.fixture
def world(capfd: "pytest.CaptureFixture[str]") -> Iterator[World]:
    with own_stores() as stores, inngest_api() as api, scripted_server(repeats_the_password) as (relay, _):
        with redis.Redis.from_url(stores.redis.url) as client:
            client.config_set("requirepass", canary("REDIS_URL"))
        made = World(stores, api, relay, capfd)
        upgrade_database(made.environ["DATABASE_URL"], kind=DeploymentKind.PRODUCTION, said=None)
        yield made
        made.cache.close()


class TestNothingComesOut:
    def test_when_everything_goes_wrong(self, world: World) -> None:
        """Each path is provoked, then everything that came out is searched for each secret in each form."""
        with closing(Database(world.stores.postgres.url)) as database:
            provoke_refusals(world, database)
            provoke_crashes(world, database)
        provoke_inngest(world)
        world.evidence.add_database(world.stores.postgres.url)
        world.evidence.add_redis(world.cache)
        provoke_outages(world)
        provoke_guard(world)
        swept = {what for what in world.outcomes if what.endswith((AWAY, NONSENSE))}
        outcomes = {what: code for what, code in world.outcomes.items() if what not in swept}
        assert outcomes == {what: code for code, names in EXPECTED.items() for what in names}
        assert {world.outcomes[what] for what in swept if what.endswith(NONSENSE)} == {ExitCode.USAGE}
        assert len([what for what in swept if world.outcomes[what] == ExitCode.FAILED]) >= LEAST_FAILING
        assert len(world.evidence.texts) > LEAST_EVIDENCE
        assert [where for where, _ in world.evidence.texts if where.startswith("end of")] == []
        assert world.evidence.leaks() == []


class TestCollector:
    """It would have seen them: the same look, where each is let out on purpose."""

    @pytest.mark.parametrize("name", SECRETS)
    def test_finds_each_secret_in_each_form(self, name: str) -> None:
        for form in forms(canary(name)):
            evidence = Evidence()
            evidence.add("a log line", f"before {form} after")
            assert {leak.variable for leak in evidence.leaks()} == {name}, form

    def test_finds_it_inside_of_basic_credentials(self) -> None:
        for user in ("u", "us", "use", "user"):
            evidence = Evidence()
            packed = base64.b64encode(f"{user}:{canary('SMTP_URL')}".encode()).decode()
            evidence.add("a header", f"Basic {packed}")
            assert [leak.variable for leak in evidence.leaks()][:1] == ["SMTP_URL"]

    def test_finds_it_wherever_it_comes_out(self, world: World) -> None:
        """Each place that the look goes through, with a secret put there."""
        with closing(Database(world.stores.postgres.url)) as database:
            database.run("INSERT INTO workspaces (name) VALUES (%s)", f"of {canary('CRON_SECRET')}")
        world.cache.set("job:v1:x", json.dumps({"lastError": canary("REDIS_URL")}))
        world.cache.hset("h", canary("METRICS_TOKEN"), "x")
        with world.app() as app:
            app.add_url_rule("/test/body", "body", lambda: canary("OPERATOR_TOKEN"))
            app.add_url_rule("/test/head", "head", lambda: ("", {"x": canary("INNGEST_EVENT_KEY")}))
            world.call("body", app.test_client(), "/test/body")
            world.call("head", app.test_client(), "/test/head")
            app.cli.add_command(click.Command("say", callback=lambda: click.echo(canary("INBOUND_SECRET"))))
            world.command("now", app, "say")
            print(canary("DATABASE_URL"))  # noqa: T201 - on purpose
            print(canary("PGPASSWORD"), file=sys.stderr)  # noqa: T201 - on purpose
        world.evidence.add_database(world.stores.postgres.url)
        world.evidence.add_redis(world.cache)
        found = {leak.where for leak in world.evidence.leaks()}
        assert found == {
            "table public.workspaces",
            "a value of Redis",
            "body of body",
            "headers of head",
            "flask say, now",
            "standard output",
            "standard error",
        }
