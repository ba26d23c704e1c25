"""Documents that cannot rot: what the code has, they name."""

import re
from pathlib import Path

import pytest

from inngest_functions.background_maintenance import CLOSE, MAINTAIN
from inngest_functions.process_background_jobs import DRAIN
from lib.clock import Deadline
from lib.errors import EverytickError, Forbidden, PayloadTooLarge, SchemaTooNew
from lib.jobs.job import JobStatus
from lib.jobs.kind import Uniqueness
from lib.jobs.retry import RetryReason
from lib.jobs.summary import StoppedBecause
from lib.llm.errors import LlmError
from lib.log.events import LogEvent
from lib.maintenance.queue_health import QUEUE_HEALTH
from lib.memory.decision import ProposalReason, ProposalVerdict
from lib.memory.entry import MemorySource, MemoryStatus
from lib.memory.keep import KeptAs
from lib.preflight.check import CheckName, CheckVerdict, ok
from lib.registration import InngestError
from lib.replay.baseline import Change
from lib.replay.case import CaseStatus, FailureType
from lib.replay.judge import JudgeProfile
from lib.replay.rules_judge import WEIGHTS
from lib.services import Services
from lib.status.run_status import EventName, JobName, RunSource, RunStatus
from lib.ticks.decision import TickMode, TickReason
from lib.ticks.send_error import SendErrorClass
from lib.work.standing import RunVerdict
from tests.named_tests import named_tests

DOCS = Path(__file__).parents[1] / "docs"
SHOWN = ok(CheckName.GUARD, "").as_json()


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


class TestLanguageModel:
    @pytest.mark.parametrize("error", LlmError.__subclasses__())
    def test_every_outcome_is_in_the_table_with_what_becomes_of_the_job(self, error: type[LlmError]) -> None:
        (row,) = [
            line
            for line in (DOCS / "drafts.md").read_text().splitlines()
            if line.startswith(f"| `{error.code}`")
        ]
        becomes = row.split("|")[3].strip()
        assert becomes.startswith("retried" if error.retriable else "dead")


class TestInngest:
    @pytest.mark.parametrize(
        "error", [*InngestError.__subclasses__(), Forbidden, PayloadTooLarge, SchemaTooNew]
    )
    def test_what_the_route_and_the_command_may_say_is_explained(self, error: type[EverytickError]) -> None:
        assert f"`{error.code}`" in (DOCS / "inngest.md").read_text()


class TestReplay:
    @pytest.mark.parametrize("word", [*CaseStatus, *FailureType, *JudgeProfile, *Change, *WEIGHTS])
    def test_every_word_of_the_artifact_is_explained(self, word: str) -> None:
        assert f"`{word}`" in (DOCS / "replay.md").read_text()


class TestPreflight:
    def test_every_check_has_its_line_in_order(self) -> None:
        rows = [
            line.split("`")[1]
            for line in (DOCS / "preflight.md").read_text().splitlines()
            if line[:3] == "| `"
        ]
        assert rows == [*CheckName]

    @pytest.mark.parametrize("word", [*CheckVerdict, *SHOWN])
    def test_every_word_of_its_json_is_explained(self, word: str) -> None:
        assert word in (DOCS / "preflight.md").read_text()


class TestMemory:
    @pytest.mark.parametrize(
        "word", [*ProposalVerdict, *ProposalReason, *KeptAs, *MemorySource, *MemoryStatus]
    )
    def test_every_verdict_and_reason_is_explained(self, word: str) -> None:
        assert f"`{word}`" in (DOCS / "memory.md").read_text()


class TestFailures:
    """The catalogue's entries are D1 to D14 and L1 to L24; tests that show one name it."""

    ENTRIES = frozenset([*(f"D{n}" for n in range(1, 15)), *(f"L{n}" for n in range(1, 25))])
    ENTRY = re.compile(r"\b[DL][0-9]{1,2}\b")
    PAGE = DOCS / "failures.md"

    def lines(self) -> list[tuple[str, str]]:
        """Each line's entry, and the cell with its tests."""
        cells = [line.split("|")[1:-1] for line in self.PAGE.read_text().splitlines()]
        return [(row[0].strip(), row[-1]) for row in cells if row and self.ENTRY.fullmatch(row[0].strip())]

    def test_every_entry_has_one_place(self) -> None:
        """A line with its tests, or a word on where it belongs."""
        (left_out,) = re.findall(r"\nLeft out here: .*?\n\n", self.PAGE.read_text(), re.DOTALL)
        told = [*(entry for entry, _ in self.lines()), *self.ENTRY.findall(left_out)]
        assert sorted(told) == sorted(self.ENTRIES)

    def test_every_test_exists_and_names_its_entry(self) -> None:
        wrong = [
            (entry, test.path, test.name)
            for entry, cell in self.lines()
            for test in named_tests(cell)
            if entry not in self.ENTRY.findall(test.says(DOCS.parent) or "")
        ]
        assert wrong == []

    def test_every_line_has_tests_and_nothing_else(self) -> None:
        """A link that cannot be read as a test would be checked by nobody."""
        counts = [(len(named_tests(cell)), cell.count("](")) for _, cell in self.lines()]
        assert [count for count in counts if count[0] != count[1] or not count[0]] == []

    def test_every_alarm_is_seen_where_it_says(self, services: Services) -> None:
        """By events that are logged, and by fields that queue health has."""
        table = self.PAGE.read_text().split("## Alarms")[1]
        lines = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ")]
        events = {word for cells in lines[1:] for word in re.findall(r"`(.+?)`", cells[1])}
        fields = {word for cells in lines[1:] for word in re.findall(r"`(.+?)`", cells[2])}
        assert len(lines[1:]) == 10
        assert events <= set(LogEvent)
        assert fields <= set(QUEUE_HEALTH.run(services, Deadline.after_ms(services.clock, 5_000)).counts)


class TestSecurity:
    """The threat model: each line says who, and is shown by tests that there are."""

    PAGE = DOCS / "security.md"

    def lines(self) -> list[list[str]]:
        """The cells of each line of its tables, their heads left out."""
        rows = [line.split("|")[1:-1] for line in self.PAGE.read_text().splitlines() if line.startswith("| ")]
        return [[cell.strip() for cell in row] for row in rows if row[0].strip() != "who"]

    def test_every_line_is_shown_by_tests(self) -> None:
        """A link that cannot be read as a test would be checked by nobody."""
        counts = [(len(named_tests(row[-1])), row[-1].count("](")) for row in self.lines()]
        assert [count for count in counts if count[0] != count[1] or not count[0]] == []

    def test_every_test_is_there(self) -> None:
        tests = [test for row in self.lines() for test in named_tests(row[-1])]
        assert [test for test in tests if test.says(DOCS.parent) is None] == []

    @pytest.mark.parametrize(
        "who",
        [
            *("stranger", "CRON_SECRET", "preview", "signed call", "hostile mail", "relay", "package"),
            *("cookie", "logs", "shell", "DATABASE_URL", "copy of production"),
        ],
    )
    def test_nobody_is_forgotten(self, who: str) -> None:
        assert [row[0] for row in self.lines() if who in row[0]]


class TestReadme:
    def test_every_link_leads_somewhere(self) -> None:
        readme = (DOCS.parent / "README.md").read_text()
        targets = [part.split(")")[0] for part in readme.split("](")[1:]]
        local = [target for target in targets if not target.startswith("http")]
        assert [target for target in local if not (DOCS.parent / target).exists()] == []
