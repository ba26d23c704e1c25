"""The app in production, a canary in each of its secrets, and an ear at everything that comes out of it."""

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel
from werkzeug.test import TestResponse

from app import create_app
from lib.composition import Composition, compose
from lib.jobs.kind import JobKinds, RunningJob, job_kind
from lib.log.redaction import PLATFORM_SECRETS
from lib.services import Services
from lib.settings import secret_names
from tests.acceptance.canaries import Evidence, canaries, canary
from tests.environment.cases import PLACES
from tests.inngest_api import InngestApi
from tests.own_stores import OwnStores

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = sorted(secret_names() | PLATFORM_SECRETS)
EVERYTHING: Final = " ".join(map(canary, SECRETS))
AWAY: Final = "the stores away"
NONSENSE: Final = "an option that is none"


class NoPayload(BaseModel):
    """None."""


@job_kind("test.leak", payload=NoPayload, max_attempts=1)
def leak(_payload: NoPayload, _job: RunningJob, _services: Services) -> None:
    fail_with_everything()


def fail_with_everything() -> NoReturn:
    """As a careless library would: with all it knows, in the error, in its cause and in a note."""
    error = RuntimeError(f"cannot use {EVERYTHING}", {"password": canary("DATABASE_URL")})
    error.add_note(EVERYTHING)
    raise error from ValueError(f"while connecting with {EVERYTHING}")


class World:
    """The app in production, who calls it, and what came out."""

    def __init__(
        self, stores: OwnStores, api: InngestApi, relay: int, capture: "pytest.CaptureFixture[str]"
    ) -> None:
        self.stores, self.api, self._capture = stores, api, capture
        self.evidence = Evidence()
        self.outcomes: dict[str, object] = {}
        """What each provocation came to: one that did not go wrong would prove nothing."""
        self.environ = production(stores, api, relay)
        self.cache = redis.Redis.from_url(self.environ["REDIS_URL"])

    @contextmanager
    def app(self, **changes: str) -> Iterator[Flask]:
        """The app of an instance; what it wrote is evidence."""
        composition = compose({**self.environ, **changes})
        app = create_app(with_leaks(composition))
        if composition.services is not None:
            app.add_url_rule("/test/leak", "leak", fail_with_everything)
        try:
            yield app
        finally:
            if composition.services is not None:
                composition.services.store.close()
            self.heard()

    def heard(self) -> None:
        """Keep what was written to standard output and error."""
        written = self._capture.readouterr()
        self.evidence.add("standard output", written.out)
        self.evidence.add("standard error", written.err)

    def call(self, what: str, client: FlaskClient, path: str, **options: Any) -> TestResponse:
        """One request; its whole answer is evidence, its status an outcome."""
        answer: TestResponse = client.open(path, **options)
        self.keep(what, answer)
        return answer

    def keep(self, what: str, answer: TestResponse) -> None:
        self.evidence.add(f"headers of {what}", str(answer.headers))
        self.evidence.add(f"body of {what}", answer.data)
        self.outcomes[what] = answer.status_code

    def command(self, when: str, app: Flask, *words: str) -> None:
        """One command; what it says is evidence, and the traceback with which it ends."""
        result = app.test_cli_runner().invoke(args=list(words))
        what = f"flask {' '.join(words)}, {when}"
        self.evidence.add(what, result.output)
        self.evidence.add(f"errors of {what}", result.stderr)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            self.evidence.add(f"end of {what}", "".join(traceback.format_exception(result.exception)))
        self.outcomes[what] = result.exit_code

    def process(self, what: str, *words: str, **changes: str) -> None:
        """One command as a process of its own, up to its last word."""
        kept = {
            name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or "COV" in name
        }
        done = subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env={**kept, **self.environ, **changes},
            capture_output=True,
            timeout=120,
            check=False,
        )
        self.evidence.add(f"output of {what}", done.stdout)
        self.evidence.add(f"errors of {what}", done.stderr)
        self.outcomes[what] = done.returncode


def production(stores: OwnStores, api: InngestApi, relay: int) -> dict[str, str]:
    """Production with canaries, whose Inngest is `api` and whose mail server listens at `relay`."""
    before, after = stores.postgres.url.split("@", 1)
    path = stores.redis.url.removeprefix("unix://")
    return {
        **PLACES["vercel production"],
        **canaries(
            {
                "DATABASE_URL": before.replace("{", "{{") + ":{}@" + after.replace("{", "{{"),
                "REDIS_URL": "unix://:{}@" + path,
                "SMTP_URL": f"smtp://team:{{}}@127.0.0.1:{relay}",
            }
        ),
        "BACKGROUND_JOBS_USE_INNGEST": "true",
        "BACKGROUND_JOBS_SEND_DEADLINE_MS": "500",
        "DATABASE_CONNECT_TIMEOUT_MS": "1000",
        "INNGEST_SELF_HOSTED": "true",
        "INNGEST_BASE_URL": api.url,
        "INNGEST_SERVE_ORIGIN": api.url,
        "LLM_BASE_URL": "http://127.0.0.1:1/v1",
        "LLM_MODEL": "of nobody",
    }


def with_leaks(composition: Composition) -> Composition:
    """`composition` with a kind of job that raises whatever it knows."""
    services = composition.services
    if services is None:
        return composition
    kinds = JobKinds(*services.kinds.values(), leak)
    return replace(composition, services=replace(services, kinds=kinds))
