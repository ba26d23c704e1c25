"""The recorded functions, served by the SDK in a Flask app, with an event API to send to."""

import logging
from types import TracebackType
from typing import Any, Self

import inngest
import inngest.flask
from flask import Flask

from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.event_api import EventApi, Takes
from tests.golden.functions import APP_ID, define

URL = "http://localhost/api/inngest"
EVENT_KEY = "golden-event-key"


class ServedApp:
    """While the context lasts, an app with fresh functions; long steps move `clock` on."""

    def __init__(self, key: str | None, clock: EngineClock) -> None:
        self._key = key
        self._clock = clock
        self._taker: Takes | None = None
        self._events = EventApi(self, key=EVENT_KEY)
        self.app = Flask("golden")
        self.functions: list[inngest.Function[Any]] = []

    def __enter__(self) -> Self:
        self._events.__enter__()
        client = inngest.Inngest(
            app_id=APP_ID,
            api_base_url=self._events.url,
            event_api_base_url=self._events.url,
            event_key=EVENT_KEY,
            is_production=self._key is not None,
            logger=logging.getLogger("golden"),
            signing_key=self._key,
        )
        self.functions = define(client, self._clock.advance)
        inngest.flask.serve(self.app, client, self.functions, enable_unauthed_sync=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.__exit__(kind, error, trace)

    def connect(self, engine: Engine) -> None:
        """Register the functions with `engine`, and send it what they send."""
        self.sends_to(engine)
        if self._key is None:
            engine.register_configs(self.configurations())
        else:
            engine.register()

    def sends_to(self, taker: Takes) -> None:
        """Hand what the functions send to `taker`."""
        self._taker = taker

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        """Pass on what the functions send."""
        if self._taker is None:
            raise LookupError("nobody takes events")
        return self._taker.send(events, seed=seed)

    def configurations(self) -> list[dict[str, Any]]:
        """What an in-band sync would say, from the functions themselves."""
        return configurations(self.functions)


def configurations(functions: list[inngest.Function[Any]]) -> list[dict[str, Any]]:
    """The configurations of `functions` and of their failure functions, as the wire has them."""
    both = [function.get_config(URL) for function in functions]
    return [
        config.model_dump(mode="json", by_alias=True, exclude_none=True)
        for pair in both
        for config in (pair.main, pair.on_failure)
        if config is not None
    ]
