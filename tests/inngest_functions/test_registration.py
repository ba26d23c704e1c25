from datetime import timedelta

import inngest
import pytest

from inngest_functions.client import build_client
from inngest_functions.registration import registration
from lib.composition import compose
from lib.registration import RegisteredFunction


class TestRegistration:
    def test_what_is_said_of_a_function(self) -> None:
        """With what follows its failure; what it leaves open is left to Inngest."""
        services = compose({"INNGEST_DEV": "1", "INNGEST_SERVE_PATH": "/x/"}).services
        assert services is not None
        client = build_client(services.settings, services.environment)

        def failed(ctx: inngest.ContextSync) -> None:
            del ctx

        @client.create_function(
            fn_id="limited",
            trigger=[inngest.TriggerEvent(event="a/b"), inngest.TriggerCron(cron="0 0 * * *")],
            retries=0,
            idempotency="event.data.k",
            concurrency=[inngest.Concurrency(limit=2, key="event.data.k")],
            timeouts=inngest.Timeouts(finish=timedelta(minutes=30)),
            on_failure=failed,
        )
        def limited(ctx: inngest.ContextSync) -> None:
            del ctx

        @client.create_function(fn_id="open", trigger=inngest.TriggerEvent(event="a/b"))
        def left_open(ctx: inngest.ContextSync) -> None:
            del ctx

        found = registration(services.settings, services.environment, [limited, left_open], signed=False)
        assert (found.path, found.env, found.signed) == ("/x", "dev", False)
        assert found.functions == (
            RegisteredFunction(
                id="everytick-limited",
                triggers=("a/b", "0 0 * * *"),
                retries=0,
                concurrency=({"limit": 2, "key": "event.data.k"},),
                idempotency="event.data.k",
                timeouts={"finish": "30m"},
            ),
            RegisteredFunction(
                id="everytick-limited-failure",
                triggers=("inngest/function.failed",),
                retries=0,
                concurrency=(),
                idempotency=None,
                timeouts={},
            ),
            RegisteredFunction(
                id="everytick-open",
                triggers=("a/b",),
                retries=None,
                concurrency=(),
                idempotency=None,
                timeouts={},
            ),
        )


class TestConfigurationHash:
    """Of all that Inngest is told of the functions: another hash asks for another sync."""

    def hashed(self, *names: str, retries: int = 1, **environ: str) -> str:
        services = compose({"INNGEST_DEV": "1", **environ}).services
        assert services is not None
        client = build_client(services.settings, services.environment)

        def nothing(ctx: inngest.ContextSync) -> None:
            del ctx

        functions = [
            client.create_function(fn_id=name, trigger=inngest.TriggerEvent(event="a/b"), retries=retries)(
                nothing
            )
            for name in names
        ]
        told = registration(services.settings, services.environment, functions, signed=False)
        return told.configuration_hash

    def test_the_same(self) -> None:
        """In another process, in another order, for another address."""
        first = self.hashed("a", "b")
        assert (
            first == self.hashed("b", "a") == self.hashed("a", "b", INNGEST_SERVE_ORIGIN="http://x.example")
        )

    @pytest.mark.parametrize(
        ("names", "retries"),
        [(("a",), 1), (("a", "c"), 1), (("a", "b"), 2)],
        ids=["one less", "renamed", "retries"],
    )
    def test_another(self, names: tuple[str, ...], retries: int) -> None:
        assert self.hashed(*names, retries=retries) != self.hashed("a", "b")
