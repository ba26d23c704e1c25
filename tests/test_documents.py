"""Documents that cannot rot: what the code has, they name."""

from pathlib import Path

import pytest

from inngest_functions.background_maintenance import CLOSE, MAINTAIN
from inngest_functions.process_background_jobs import DRAIN
from lib.errors import EverytickError, Forbidden, PayloadTooLarge, SchemaTooNew
from lib.jobs.job import JobStatus
from lib.jobs.kind import Uniqueness
from lib.jobs.retry import RetryReason
from lib.jobs.summary import StoppedBecause
from lib.registration import InngestError
from lib.status.run_status import EventName, JobName, RunSource, RunStatus
from lib.ticks.decision import TickMode, TickReason
from lib.ticks.send_error import SendErrorClass
from lib.work.standing import RunVerdict

DOCS = Path(__file__).parents[1] / "docs"


class TestTicks:
    @pytest.mark.parametrize("word", [*TickMode, *TickReason, *SendErrorClass])
    def test_every_mode_and_reason_is_explained(self, word: str) -> None:
        assert f"`{word}`" in (DOCS / "ticks.md").read_text()


class TestRuns:
    @pytest.mark.parametrize("word", [*RunStatus, *RunSource, *RunVerdict, *EventName, *JobName])
    def test_every_status_source_and_verdict_is_explained(self, word: str) -> None:
        assert f"`{word}`" in (DOCS / "runs.md").read_text()

    @pytest.mark.parametrize("step", [DRAIN, MAINTAIN, CLOSE])
    def test_every_step_is_named(self, step: str) -> None:
        assert f"`{step}`" in (DOCS / "runs.md").read_text()


class TestQueue:
    @pytest.mark.parametrize("word", [*JobStatus, *RetryReason, *StoppedBecause, *Uniqueness])
    def test_every_state_and_reason_is_explained(self, word: str) -> None:
        assert f"`{word}`" in (DOCS / "queue.md").read_text()


class TestInngest:
    @pytest.mark.parametrize(
        "error", [*InngestError.__subclasses__(), Forbidden, PayloadTooLarge, SchemaTooNew]
    )
    def test_what_the_route_and_the_command_may_say_is_explained(self, error: type[EverytickError]) -> None:
        assert f"`{error.code}`" in (DOCS / "inngest.md").read_text()


class TestReadme:
    def test_every_link_leads_somewhere(self) -> None:
        readme = (DOCS.parent / "README.md").read_text()
        targets = [part.split(")")[0] for part in readme.split("](")[1:]]
        local = [target for target in targets if not target.startswith("http")]
        assert [target for target in local if not (DOCS.parent / target).exists()] == []
