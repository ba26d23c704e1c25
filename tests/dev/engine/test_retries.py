from collections.abc import Callable

import pytest

from dev.engine.retries import RetryDelays
from tests.dev.engine.canned_app import Canned, broken, done, failed, function, ops
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]
EVENT = {"name": "e"}


class TestDelays:
    def test_delays(self, stage: MakeStage) -> None:
        """The table of the engine's source, its last entry for ever."""
        s = stage(lambda _: broken(), function(retries=11))
        s.engine.send([EVENT])
        s.engine.run_until_idle(100_000)
        pauses = [b - a for a, b in zip(s.seconds(), s.seconds()[1:], strict=False)]
        assert pauses == [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200]

    def test_jitter(self, stage: MakeStage) -> None:
        """Up to 30 s more, from the chance that was passed in."""
        s = stage([broken(), done()], delays=RetryDelays())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert 15 < s.seconds()[1] < 45


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            pytest.param("40", 40, id="seconds"),
            pytest.param("0", 1, id="at least one second"),
            pytest.param("9999999", 86_400, id="at most a day"),
            pytest.param("2026-11-23T19:52:00.000Z", 120, id="ISO date"),
            pytest.param("Mon, 23 Nov 2026 19:51:00 GMT", 60, id="HTTP date"),
            pytest.param("2026-11-23T19:00:00Z", 1, id="a date that is over"),
        ],
    )
    @pytest.mark.parametrize("answer", [broken, lambda **h: ops(failed("a"), **h)], ids=["function", "step"])
    def test_retry_after(
        self, stage: MakeStage, answer: Callable[..., Canned], header: str, seconds: int
    ) -> None:
        """Retry-After goes before the table, within its limits."""
        s = stage([answer(retry_after=header), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle(100_000)
        assert [0, seconds] == s.seconds()
