"""The functions whose conversations with the real engine are recorded in transcripts/.

Names, behaviour and texts are those of the recordings; only what lets a long step's seconds pass is handed
in here, where the recordings slept.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Never

import inngest
from inngest import ContextSync

APP_ID: Final = "golden"


def define(client: inngest.Inngest, pause: Callable[[float], None]) -> list[inngest.Function[Any]]:
    """All of them on `client`, with their counters at zero; `pause` takes seconds."""
    made = Handlers(pause)

    def on(
        fn_id: str, retries: int, handler: Callable[[ContextSync], Any], **options: Any
    ) -> inngest.Function[Any]:
        trigger = inngest.TriggerEvent(event=f"g/{fn_id}")
        return client.create_function(fn_id=fn_id, trigger=trigger, retries=retries, **options)(handler)

    return [
        on("one-step", 3, made.one_step),
        on("no-step", 1, made.no_step),
        on("two-steps", 3, made.two_steps),
        on("same-id", 3, made.same_id),
        on("step-retry", 3, made.step_retry),
        on("step-caught", 1, made.step_caught),
        on("fails", 1, made.fails, on_failure=made.on_failure),
        on("fn-raises", 1, made.fn_raises, on_failure=made.on_failure),
        on("non-retriable", 3, made.non_retriable, on_failure=made.on_failure),
        on("retry-after", 3, made.retry_after),
        on("parallel", 2, made.parallel),
        on("sleeps", 2, made.sleeps),
        on("sends", 2, made.sends),
        on("idempotent", 2, made.idempotent, idempotency="event.data.dispatchKey"),
        on(
            "slow-finish",
            2,
            made.slow_finish,
            timeouts=inngest.Timeouts(finish=timedelta(seconds=3)),
            on_failure=made.on_failure,
        ),
        on("one-at-a-time", 2, made.one_at_a_time, concurrency=[inngest.Concurrency(limit=1)]),
        on("dropped", 2, made.dropped),
        on("unauthorised", 2, made.reached, on_failure=made.on_failure),
        on("html-answer", 2, made.reached),
        on("step-retry-after", 2, made.step_retry_after),
        on("too-big", 0, made.too_big, on_failure=made.on_failure),
    ]


class Handlers:
    """What the functions do."""

    def __init__(self, pause: Callable[[float], None]) -> None:
        self._pause = pause
        self._counts: Counter[str] = Counter()

    def _bump(self, key: str) -> int:
        self._counts[key] += 1
        return self._counts[key]

    def _flaky(self, key: str, failures: int) -> Callable[[], str]:
        """Work that fails so many times, then answers ok."""

        def work() -> str:
            if self._bump(key) <= failures:
                raise ValueError(f"fails {self._counts[key]}")
            return "ok"

        return work

    def on_failure(self, ctx: ContextSync) -> Any:
        return {"failure_of": ctx.event.data.get("function_id"), "error": ctx.event.data.get("error")}

    def one_step(self, ctx: ContextSync) -> Any:
        return {"out": ctx.step.run("work", lambda: {"n": 1}), "attempt": ctx.attempt}

    def no_step(self, ctx: ContextSync) -> Any:
        return {"hello": ctx.event.data.get("x")}

    def two_steps(self, ctx: ContextSync) -> Any:
        a = ctx.step.run("first", lambda: {"a": 1})
        b = ctx.step.run("second", lambda: {"b": a["a"] + 1})
        return {"a": a, "b": b}

    def same_id(self, ctx: ContextSync) -> Any:
        return [ctx.step.run("drain", lambda i: i, i) for i in range(3)]

    def step_retry(self, ctx: ContextSync) -> Any:
        r = ctx.step.run("flaky", self._flaky("step-retry", 2))
        return {"r": r, "attempt": ctx.attempt}

    def step_caught(self, ctx: ContextSync) -> Any:
        out: dict[str, Any] = {}
        try:
            ctx.step.run("bad", self._flaky("step-caught", 99))
        except inngest.StepError as error:
            out["caught"] = {"name": error.name, "message": error.message}
        out["after"] = ctx.step.run("good", lambda: "fine")
        return out

    def fails(self, ctx: ContextSync) -> None:
        ctx.step.run("bad", self._flaky("fails", 99))

    def fn_raises(self, _ctx: ContextSync) -> None:
        raise RuntimeError("function level")

    def non_retriable(self, ctx: ContextSync) -> None:
        def work() -> Never:
            raise inngest.NonRetriableError("no use")

        ctx.step.run("bad", work)

    def retry_after(self, _ctx: ContextSync) -> str:
        if self._bump("retry-after") == 1:
            raise inngest.RetryAfterError("busy", 5000)
        return "done"

    def step_retry_after(self, ctx: ContextSync) -> str:
        def work() -> str:
            if self._bump("step-retry-after") == 1:
                raise inngest.RetryAfterError("lease held", 4000)
            return "got it"

        return ctx.step.run("leased", work)

    def parallel(self, ctx: ContextSync) -> Any:
        three: tuple[Callable[[], Any], ...] = (
            lambda: ctx.step.run("p1", lambda: 1),
            lambda: ctx.step.run("p2", lambda: 2),
            lambda: ctx.step.run("p3", self._flaky("parallel-p3", 1)),
        )
        out = ctx.group.parallel(three)
        last = ctx.step.run("join", lambda: sum(x for x in out if isinstance(x, int)))
        return {"out": list(out), "last": last}

    def sleeps(self, ctx: ContextSync) -> str:
        ctx.step.sleep("nap", timedelta(seconds=2))
        return "awake"

    def sends(self, ctx: ContextSync) -> Any:
        ids = ctx.step.send_event("next", inngest.Event(name="g/no-step", data={"x": "from sends"}))
        return {"count": len(ids)}

    def idempotent(self, _ctx: ContextSync) -> Any:
        return {"ran": self._bump("idempotent")}

    def slow_finish(self, ctx: ContextSync) -> str:
        ctx.step.run("a", lambda: 1)
        ctx.step.sleep("long", timedelta(seconds=8))
        return "never"

    def one_at_a_time(self, ctx: ContextSync) -> str:
        def work() -> str:
            self._pause(1.0)
            return "x"

        return ctx.step.run("slow", work)

    def dropped(self, ctx: ContextSync) -> Any:
        r = ctx.step.run("effect", lambda: self._bump("dropped-effect"))
        return {"effect": r}

    def reached(self, _ctx: ContextSync) -> str:
        return "reached"

    def too_big(self, ctx: ContextSync) -> int:
        return len(ctx.step.run("big", lambda: "x" * (5 * 1024 * 1024)))
