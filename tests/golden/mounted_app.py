"""The recorded functions behind this app's own endpoint, in a deployment that would run them so."""

import random
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import inngest
from flask import Flask

from app import create_app
from dev.engine.clock import EngineClock
from dev.engine.event_api import EventApi, Takes
from lib.composition import compose
from tests.golden.functions import APP_ID, define

EVENT_KEY = "eventkey_ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789"


@contextmanager
def mounted_app(
    key: str | None, clock: EngineClock, taker: Takes, environ: Mapping[str, str]
) -> Iterator[Flask]:
    """An app of a self-hosted production with `key`, or of a development with a dev server without one."""
    with EventApi(taker) as events:
        place = (
            {"INNGEST_DEV": events.url}
            if key is None
            else {
                "DEPLOYMENT": "production",
                "INNGEST_BASE_URL": events.url,
                "INNGEST_EVENT_KEY": EVENT_KEY,
                "INNGEST_SELF_HOSTED": "true",
                "INNGEST_SERVE_ORIGIN": "https://everytick.example.com",
                "INNGEST_SIGNING_KEY": key,
            }
        )
        composition = compose({**environ, **place}, clock=clock, chance=random.Random(7))
        if composition.services is None:
            raise AssertionError(composition.decision.problems)
        golden = inngest.Inngest(app_id=APP_ID, is_production=False)
        with closing(composition.services.store):
            yield create_app(composition, functions=lambda _client, _services: define(golden, clock.advance))
