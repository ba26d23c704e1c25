"""The runbook is tried: every block of every page, in its order, as a production deployment of its own.

`flask …` and `curl …` run in this process, by an app composed anew for each line from the variables that the
page has set so far; anything else (PostgreSQL's own programs) by a shell. The database is migrated and
stamped by `flask db upgrade`, Inngest is somebody on loopback who takes everything, and the shared clock is
put where the page's canary is known.
"""

import argparse
import os
import random
import re
import shlex
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

import click
import psycopg
import pytest
from flask import Flask

from app import create_app
from dev.postgres_binaries import find_binaries
from lib.composition import compose
from tests.conftest import CRON_SECRET, Database
from tests.environment.cases import HEX, SECRETS
from tests.inngest_api import inngest_api
from tests.runbook_page import Command, Variables, read_page

PROJECT: Final = Path(__file__).parents[1]
INDEX: Final = PROJECT / "docs" / "runbook.md"
PAGES: Final = sorted((PROJECT / "docs" / "runbook").glob("*.md"))
VERBS: Final = [page for page in PAGES if page.stem != "vercel"]
NOW: Final = datetime(2026, 11, 24, 12, 4, 1, tzinfo=UTC)
"""The shared clock at the start of each page: outside the canary at 5 %, inside at 25 %."""
ORIGIN: Final = "https://everytick.example.com"
REFUSED_BY_CURL: Final = 22
"""curl's exit code with --fail for a status of 400 or more."""
BEFORE: Final = {
    "pause": "INSERT INTO workspaces (name) VALUES ('acme')",
    "replay": """
        INSERT INTO jobs (kind, payload, status, attempt, last_error, finished_at)
        VALUES ('system.noop', '{}', 'dead', 5, 'RuntimeError: the CRM was away', everytick_now()),
            ('system.noop', '{}', 'dead', 5, 'RuntimeError: the CRM was away', everytick_now()),
            ('system.noop', '{"fail": "permanent"}', 'dead', 1, 'Permanent: no such lead', everytick_now())
    """,
    "roll-back": """
        INSERT INTO breakers (job_name, state, opened_at, probe_after, actor, reason)
        VALUES ('process-background-jobs', 'open', everytick_now(), everytick_now() + interval '5 min',
            'everytick', 'unexecuted')
    """,
}
"""What the operator finds when a page is opened, by its name."""


@dataclass(kw_only=True)
class Deployment:
    """Where a page is tried."""

    variables: dict[str, str]
    """Those of the deployment."""
    values: dict[str, str]
    """What stands for `$NAME` in a line: the operator's own shell has it."""
    folder: Path
    programs: Path | None
    """Where PostgreSQL's programs are that fit the server; None: on PATH."""
    tried: list[str] = field(default_factory=list)

    def set(self, variables: Variables) -> None:
        """Deploy with these from now on."""
        for name, value in variables.values.items():
            self.variables.pop(name, None)
            if value:
                self.variables[name] = self.filled(value)

    def filled(self, text: str) -> str:
        """`text` with the operator's values in it."""
        return Template(text).substitute({**self.variables, **self.values})

    def type(self, command: Command) -> tuple[int, str]:
        """Run a command: its exit code, and what a person sees of it, the log left out."""
        self.tried.append(command.line)
        words = shlex.split(command.line)
        own = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
        name = words[len(own)]
        if name not in {"flask", "curl"} or "|" in words:
            return self._in_shell(command.line)
        own = {name: self.filled(value) for name, value in own.items()}
        arguments = [self.filled(word) for word in words[len(own) + 1 :]]
        composition = compose({**self.variables, **own}, chance=random.Random(7))
        app = create_app(composition)
        try:
            return _flask(app, arguments) if name == "flask" else _curl(app, arguments)
        finally:
            if composition.services is not None:
                composition.services.store.close()

    def _in_shell(self, line: str) -> tuple[int, str]:
        places = [str(self.programs or ""), str(Path(sys.executable).parent), os.environ["PATH"]]
        done = subprocess.run(
            ["sh", "-c", line],
            env={
                **self.variables,
                **self.values,
                "PATH": os.pathsep.join(filter(None, places)),
                "PYTHONPATH": str(PROJECT),
                "LC_ALL": "C.UTF-8",
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, _seen(done.stdout, done.stderr)


def _flask(app: Flask, arguments: list[str]) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=arguments)
    return done.exit_code, _seen(done.stdout, done.stderr)


def _curl(app: Flask, arguments: list[str]) -> tuple[int, str]:
    """Those of curl's options that the runbook uses, sent to the app itself."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-S", "--show-error", action="store_true")
    parser.add_argument("-f", "--fail", action="store_true")
    parser.add_argument("-X", "--request", default="GET")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-d", "--data")
    parser.add_argument("url")
    asked = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in asked.header)
    method = "POST" if asked.data is not None and asked.request == "GET" else asked.request
    answer = app.test_client().open(
        urlsplit(asked.url).path, base_url=ORIGIN, method=method, headers=headers, data=asked.data
    )
    if asked.fail and answer.status_code >= 400:
        return REFUSED_BY_CURL, f"curl: (22) The requested URL returned error: {answer.status_code}"
    return 0, answer.get_data(as_text=True)


def _seen(output: str, errors: str) -> str:
    """What both hold but for lines of the log, which in production are JSON on standard error."""
    told = [line for line in errors.splitlines() if not line.startswith("{")]
    return "\n".join([*output.rstrip("\n").splitlines(), *told])


def _fitting_programs(server: Database) -> Path | None:
    """The folder of the wheel's programs where those on PATH are of another version than the server."""
    major = int(server.value("SHOW server_version_num")) // 10_000
    with suppress(OSError):
        found = subprocess.run(["pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
        if re.search(rf"\b{major}\.", found):
            return None
    packages = Path(psycopg.__file__).parents[1]
    return find_binaries(packages).program("pg_dump").parent


@pytest.fixture
def deployment(tmp_path: Path, redis_url: str) -> Iterator[Deployment]:
    """A production with a database of its own, migrated, and an Inngest that takes everything."""
    server = os.environ["TEST_DATABASE_URL"]
    name = f"everytick_runbook_{uuid.uuid4().hex[:8]}"
    address = {made: urlsplit(server)._replace(path=f"/{made}").geturl() for made in (name, f"{name}_copy")}
    with inngest_api() as api, closing(Database(server)) as owner:
        owner.run(f'CREATE DATABASE "{name}"')
        api.says(200, {"ok": True, "modified": True, "ids": ["01A", "01B"], "status": 200})
        held = Deployment(
            variables={
                "DEPLOYMENT": "production",
                "DATABASE_URL": address[name],
                "REDIS_URL": redis_url,
                "CRON_SECRET": CRON_SECRET,
                "OPERATOR_TOKEN": "operator-token-0123456789",
                "INNGEST_SELF_HOSTED": "true",
                "INNGEST_BASE_URL": api.url,
                "INNGEST_SERVE_ORIGIN": ORIGIN,
            },
            values={
                "EVENT_KEY": SECRETS["event"],
                "SIGNING_KEY": SECRETS["prod"],
                "NEW_EVENT_KEY": SECRETS["event"][::-1],
                "NEW_SIGNING_KEY": f"signkey-prod-{HEX['test']}",
                "NEW_CRON_SECRET": CRON_SECRET[::-1],
                "NEW_OPERATOR_TOKEN": "operator-token-9876543210",
                "NEW_METRICS_TOKEN": "metrics-token-0123456789",
                "NEW_SMTP_PASSWORD": "another",
                "NAME": name,
                "SERVER_URL": server,
                "COPY_URL": address[f"{name}_copy"],
                "ORIGIN": ORIGIN,
            },
            folder=tmp_path,
            programs=_fitting_programs(owner),
        )
        try:
            upgraded = held.type(Command(line="flask db upgrade --as production", code=0))
            assert upgraded[0] == 0, upgraded
            yield held
        finally:
            for made in address:
                owner.run(f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)')


class TestPages:
    @pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
    def test_every_command_does_what_the_page_says(self, page: Path, deployment: Deployment) -> None:
        """With the exit code and the output that stand there."""
        with closing(Database(deployment.variables["DATABASE_URL"])) as database:
            database.shift_clock(NOW - datetime.now(UTC))
            database.run("UPDATE environment_stamp SET stamped_at = everytick_now()")
            if page.stem in BEFORE:
                database.run(BEFORE[page.stem])
        for step in read_page(page):
            if isinstance(step, Variables):
                deployment.set(step)
                continue
            code, output = deployment.type(step)
            assert code == step.code, f"{step.line}\n{output}"
            assert step.prints(output), f"{step.line}\n{output}"

    @pytest.mark.parametrize("page", VERBS, ids=[page.stem for page in VERBS])
    def test_it_answers_what_an_operator_asks(self, page: Path) -> None:
        """In this order, whatever else stands between."""
        asked = ("**When.**", "## Before", "## How you see that it worked", "## Undo", "## What can go wrong")
        text = page.read_text("utf-8")
        assert [text.count(f"\n{words}") for words in asked] == [1] * len(asked)
        assert sorted(asked, key=text.index) == list(asked)

    @pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
    def test_every_command_named_in_passing_exists(self, page: Path, flask_app: Flask) -> None:
        """`flask …` in a sentence is a command, with its options, though it is not run there."""
        text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        unknown = [line for line in re.findall(r"`flask ([^`]+)`", text) if not _is_command(flask_app, line)]
        assert unknown == []


class TestIndex:
    def test_it_leads_to_every_page(self) -> None:
        text = INDEX.read_text("utf-8")
        assert [page.name for page in PAGES if f"(runbook/{page.name})" not in text] == []

    @pytest.mark.parametrize("page", [INDEX, *PAGES], ids=lambda page: page.stem)
    def test_every_link_leads_somewhere(self, page: Path) -> None:
        targets = [part.split(")")[0].split("#")[0] for part in page.read_text("utf-8").split("](")[1:]]
        local = [target for target in targets if target and not target.startswith("http")]
        assert [target for target in local if not (page.parent / target).exists()] == []


class TestReading:
    def test_what_is_shown_is_compared(self) -> None:
        command = Command(line="x", code=0, shown=["a … c", "…", "end"])
        assert command.prints("a b c\nmore\nand more\nend\n")
        assert command.prints("a b c\nend")
        assert not command.prints("a b\nend")
        assert not command.prints("a b c\nend\nmore")

    def test_a_block_that_nobody_tries_is_refused(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text("```sh\nrm -rf /\n```\n")
        with pytest.raises(ValueError, match="tried by nobody"):
            read_page(page)

    def test_an_exit_code_is_read(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text("```console\n$ flask a \\\n    --b  # exit 7\nsaid\n$ flask c\n```\n")
        found = [step for step in read_page(page) if isinstance(step, Command)]
        assert [(one.line, one.code, one.shown) for one in found] == [
            ("flask a --b", 7, ["said"]),
            ("flask c", 0, []),
        ]


def _is_command(app: Flask, line: str) -> bool:
    """Whether the words lead to a command, and it has the options among them."""
    found: click.Command = app.cli
    words = shlex.split(line.replace("…", "x"))
    while words and isinstance(found, click.Group) and words[0] in found.commands:
        found = found.commands[words.pop(0)]
    known = {option for parameter in found.params for option in parameter.opts}
    return not isinstance(found, click.Group) and all(
        word in known for word in words if word.startswith("--")
    )
