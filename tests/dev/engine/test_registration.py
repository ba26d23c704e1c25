import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response

from dev.engine import signature
from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.errors import NotPlayed, RegistrationRefused
from tests.dev.engine.canned_app import KEY, broken, function
from tests.dev.engine.conftest import Stage
from tests.golden.served_app import ServedApp
from tests.golden.transcript import SIGNING_KEY

MakeStage = Callable[..., Stage]


def engine_for(
    app: Flask, clock: EngineClock, key: str | None = SIGNING_KEY, path: str = "/api/inngest"
) -> Engine:
    return Engine(app.test_client, clock=clock, signing_key=key, chance=random.Random(1), path=path)


class TestInBand:
    def test_functions_of_the_sdk(self, engine_clock: EngineClock) -> None:
        """Registers every function and failure function, so that events find them."""
        with ServedApp(SIGNING_KEY, engine_clock) as served:
            engine = engine_for(served.app, engine_clock)
            engine.register()
            engine.send([{"name": "g/no-step", "data": {"x": 1}}, {"name": "g/fn-raises"}])
            engine.run_until_idle()
        ids = ["golden-no-step", "golden-fn-raises", "golden-fn-raises-failure"]
        assert ids == [run.function_id for run in engine.runs]

    def test_another_key(self, engine_clock: EngineClock) -> None:
        with ServedApp(SIGNING_KEY, engine_clock) as served, pytest.raises(RegistrationRefused, match="401"):
            engine_for(served.app, engine_clock, KEY).register()

    def test_without_a_key(self, engine_clock: EngineClock) -> None:
        """The SDK's dev mode registers by itself, which nobody here would hear."""
        with ServedApp(None, engine_clock) as served, pytest.raises(RegistrationRefused):
            engine_for(served.app, engine_clock, None).register()

    @pytest.mark.parametrize(
        ("body", "headers"),
        [
            pytest.param(b'{"functions": []}', {"x-inngest-sync-kind": "out_of_band"}, id="out of band"),
            pytest.param(b'{"functions": {}}', {}, id="no list"),
            pytest.param(b"[]", {}, id="no object"),
            pytest.param(b'{"functions": []}', {signature.HEADER: "t=1&s=0"}, id="not signed"),
        ],
    )
    def test_other_answers(self, engine_clock: EngineClock, body: bytes, headers: dict[str, str]) -> None:
        """A 200 alone registers nothing."""
        app = Flask("odd")
        signed = {signature.HEADER: signature.sign_answer(body, KEY, 1), "x-inngest-sync-kind": "in_band"}
        app.add_url_rule(
            "/api/inngest", view_func=lambda: Response(body, headers={**signed, **headers}), methods=["PUT"]
        )
        with pytest.raises(RegistrationRefused):
            engine_for(app, engine_clock, KEY).register()

    def test_url_at_another_path(self, engine_clock: EngineClock) -> None:
        """Functions that would be called elsewhere are not taken over."""
        with ServedApp(SIGNING_KEY, engine_clock) as served:
            engine = engine_for(served.app, engine_clock, path="/elsewhere")
            with pytest.raises(RegistrationRefused):
                engine.register_configs(served.configurations())


class TestConfigurations:
    def test_as_the_sync_has_them(self, engine_clock: EngineClock) -> None:
        """What the functions say of themselves is what the sync says of them."""
        with ServedApp(SIGNING_KEY, engine_clock) as served:
            client = served.app.test_client()
            payload = b'{"url": "http://localhost/api/inngest"}'
            headers = {
                "x-inngest-sync-kind": "in_band",
                signature.HEADER: signature.sign_request(payload, SIGNING_KEY, 1),
            }
            answer = client.put("/api/inngest", data=payload, headers=headers).get_json()
            assert served.configurations() == answer["functions"]

    def test_count_from_the_next_run(self, stage: MakeStage) -> None:
        """A run that is under way keeps what it began with."""
        s = stage([], function(timeouts={"start": "1m"}))
        s.engine.hold()
        s.engine.send([{"name": "e"}])
        s.engine.register_configs([function()])
        s.engine.send([{"name": "e"}])
        s.engine.advance(60)
        assert s.statuses() == ["cancelled", "queued"]

    @pytest.mark.parametrize(
        "options",
        [
            pytest.param({"debounce": {"period": "1s"}}, id="debounce"),
            pytest.param({"rateLimit": {"limit": 1, "period": "1s"}}, id="rate limit"),
            pytest.param({"throttle": {"limit": 1, "period": "1s"}}, id="throttle"),
            pytest.param({"singleton": {"mode": "skip"}}, id="singleton"),
            pytest.param({"priority": {"run": "1"}}, id="priority"),
            pytest.param({"batchEvents": {"maxSize": 2}}, id="batch"),
            pytest.param({"triggers": [{"cron": "* * * * *"}]}, id="cron"),
            pytest.param({"triggers": [{"event": "a/*"}]}, id="any event"),
            pytest.param({"triggers": [{"event": "inngest/function.finished"}]}, id="an event of its own"),
            pytest.param({"timeouts": {"start": "1h30m"}}, id="two units"),
        ],
    )
    def test_not_played(self, stage: MakeStage, options: dict[str, Any]) -> None:
        """What would be passed over silently is refused loudly."""
        with pytest.raises(NotPlayed):
            stage([], function(**options))

    @pytest.mark.parametrize(
        "options",
        [
            pytest.param({"triggers": []}, id="no trigger"),
            pytest.param({"triggers": [{"event": "e", "more": 1}]}, id="odd trigger"),
            pytest.param({"steps": {}}, id="no step"),
            pytest.param({"retries": -1}, id="fewer than no retries"),
            pytest.param({"concurrency": [{"limit": 1}] * 3}, id="three limits"),
            pytest.param({"cancel": [{"event": "e"}] * 6}, id="six cancellations"),
            pytest.param({"more": 1}, id="unknown option"),
            pytest.param({"id": "another"}, id="URL of another function"),
        ],
    )
    def test_refused(self, stage: MakeStage, options: dict[str, Any]) -> None:
        """What no SDK registers."""
        with pytest.raises(RegistrationRefused):
            stage([], function(**options))

    @pytest.mark.parametrize(("retries", "requests"), [(0, 1), (4, 5), (20, 21), (99, 21)])
    def test_retries(self, stage: MakeStage, retries: int, requests: int) -> None:
        """At most 20, whatever is asked."""
        s = stage(lambda _: broken(), function(retries=retries))
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle(1_000_000)
        assert requests == s.run.requests

    def test_default_retries(self, stage: MakeStage) -> None:
        """Four, where the function says nothing."""
        configuration = function()
        del configuration["steps"]["step"]["retries"]
        s = stage(lambda _: broken(), configuration)
        s.engine.send([{"name": "e"}])
        s.engine.run_until_idle(1_000_000)
        assert s.run.requests == 5
