from datetime import UTC, datetime

import inngest
import pytest

from inngest_functions.durable_step import as_step, read_report
from lib.work.run_error import MemoUnreadable, RunDeferred
from lib.work.step_report import StepReport

REPORT = StepReport(started_at=datetime(2026, 11, 23, 19, 50, tzinfo=UTC), result={"n": 1})


class TestMemo:
    def test_comes_back_as_it_went(self) -> None:
        assert read_report(as_step(lambda: REPORT)()) == REPORT

    @pytest.mark.parametrize(
        "memo", [None, [], "x", {"startedAt": "secret-value"}, {"data": {"secret-value": 1}}]
    )
    def test_another_shape_is_named_without_its_values(self, memo: object) -> None:
        with pytest.raises(MemoUnreadable) as caught:
            read_report(memo)
        assert "secret-value" not in str(caught.value)
        assert caught.value.__suppress_context__


class TestDeferred:
    def test_is_the_engines_retry_after(self) -> None:
        """By the shared clock as it is: an instance a minute off has no say in it."""
        until = datetime(2026, 11, 23, 19, 51, tzinfo=UTC)

        def wait() -> StepReport:
            raise RunDeferred(until=until)

        with pytest.raises(inngest.RetryAfterError) as caught:
            as_step(wait)()
        assert caught.value.retry_after == until
