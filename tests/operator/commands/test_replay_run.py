"""`flask replay run` as an operator and CI call it, over the sample mail."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import jsonschema  # type: ignore[import-untyped]
import psycopg
import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from lib.clock import Deadline
from lib.composition import Composition as Instance
from lib.drafts.composer import Composer, Composition
from lib.drafts.conversation import Conversation
from lib.drafts.outgoing_mail import OutgoingMail
from tests.conftest import Database
from tests.drafts.llm_model import EXTRACT, drafted, model, prompt_of
from tests.llm.endpoints import obeys, refuses
from tests.replay.composers import FABRICATES, RAMBLES, AlwaysRaising, Saying
from tests.ticks.event_apis import Script, event_api

PROJECT = Path(__file__).parents[3]
SCHEMA = json.loads((PROJECT / "docs" / "replay-artifact.schema.json").read_text())
WHOLE = ("--limit", "20", "--concurrency", "3")


class NoMailer:
    """Fails the test where anything is sent."""

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        del mail, deadline, commit
        raise AssertionError("a replay sent mail")

    def has_taken(self, message_id: str) -> bool | None:
        del message_id
        raise AssertionError("a replay asked for a mail that was sent")


class Replay:
    """The command, of an instance with a composer of the test's choice."""

    def __init__(self, composed: Callable[..., Instance], folder: Path) -> None:
        self._composed = composed
        self.folder = folder
        self.stop: Callable[[], None] = lambda: None
        """Tells the latest instance to end."""

    def app(self, composer: Composer | None = None, **changes: str) -> Flask:
        composition = self._composed(**changes)
        services = composition.services
        assert services is not None
        self.stop = services.stopping.ask
        services = replace(services, mailer=NoMailer(), composer=composer or services.composer)
        return create_app(replace(composition, services=services))

    def __call__(self, *arguments: str, composer: Composer | None = None, **changes: str) -> Result:
        runner = self.app(composer, **changes).test_cli_runner()
        return runner.invoke(args=["replay", "run", *arguments])

    def artifact(self, *arguments: str, code: int = 0, composer: Composer | None = None) -> dict[str, Any]:
        """The artifact that was written, found to fit the schema."""
        result = self("--json", *arguments, composer=composer)
        assert result.exit_code == code, result.output
        said = json.loads(result.stdout)
        held: dict[str, Any] = json.loads(Path(said["path"]).read_text())
        jsonschema.Draft202012Validator(SCHEMA).validate(held)
        assert {**held, "path": said["path"], "verdict": said["verdict"]} == said
        assert said["verdict"]["exitCode"] == code
        return held


@pytest.fixture
def replay(composed: Callable[..., Instance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.chdir(tmp_path)
    return Replay(composed, tmp_path / ".artifacts" / "ai-replay")


@pytest.fixture
def imported(replay: Replay, database: Database) -> Database:
    """The samples, imported into `default`."""
    result = replay.app().test_cli_runner().invoke(args=["inbox", "import", str(PROJECT / "samples/mail")])
    assert result.exit_code == 7, result.output  # one is malformed on purpose
    return database


def dump(database: Database) -> dict[str, bytes]:
    """Every row of every table, and where the sequences stand."""
    with psycopg.connect(database.url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        held = {}
        for (table,) in sorted(tables):
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                held[table] = b"".join(bytes(part) for part in copy)
        sequences = connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        held["sequences"] = repr(sequences.fetchall()).encode()
    return held


class TestSamples:
    def test_a_dry_run_selects_and_does_nothing_else(self, replay: Replay, imported: Database) -> None:
        before = dump(imported)
        artifact = replay.artifact("--limit", "20", "--dry-run", composer=AlwaysRaising(AssertionError()))
        assert {case["status"] for case in artifact["cases"]} == {"selected_only"}
        assert (artifact["summary"]["selectedOnly"], artifact["selection"]["count"]) == (15, 15)
        assert artifact["cases"][0]["risks"][0] == "pricing"
        assert [warning.split(":")[0] for warning in artifact["selection"]["warnings"]] == ["scope_widened"]
        assert dump(imported) == before

    def test_what_ships_passes_and_leaves_no_trace(self, replay: Replay, imported: Database) -> None:
        """Not a byte of the database changes, nothing is sent (failure L19)."""
        before = dump(imported)
        artifact = replay.artifact(*WHOLE)
        assert dump(imported) == before
        summary = artifact["summary"]
        assert (summary["evaluated"], summary["passed"], summary["skipped"]) == (14, 14, 1)
        assert set(summary["failureTypeCounts"].values()) == {0}
        assert set(summary["criticalInvariantCounts"].values()) == {0}
        assert summary["averageScore"] > 80
        assert [path.name for path in replay.folder.iterdir()] == [f"{artifact['runId']}.json"]

    def test_bodies_and_addresses_stay_out_of_it(self, replay: Replay, imported: Database) -> None:
        texts = [row[0] for row in imported.rows("SELECT body FROM messages WHERE body ~ '\\S'")]
        addresses = [row[0] for row in imported.rows("SELECT email FROM leads")]
        held = json.dumps(replay.artifact(*WHOLE), ensure_ascii=False)
        assert [text for text in (*addresses, *texts) if text.strip()[:40] in held] == []
        shown = replay.artifact(*WHOLE, "--include-bodies")
        assert {case["generatedDraft"] for case in shown["cases"] if case["status"] == "evaluated"} >= {
            case["finalDraft"] for case in shown["cases"] if case["judge"]
        }
        assert all("redacted" not in (case["inbound"] or "") for case in shown["cases"])

    @pytest.mark.parametrize(
        ("composer", "code", "failure"),
        [
            (FABRICATES, 5, "draft_quality_error"),
            (Saying(" "), 5, "draft_quality_error"),
            (RAMBLES, 6, "draft_quality_error"),
            (AlwaysRaising(ValueError("secret words of a mail")), 6, "draft_generation_error"),
        ],
        ids=["fabricates a link", "writes nothing", "rambles", "raises"],
    )
    def test_a_broken_composer_does_not_ship(
        self, replay: Replay, imported: Database, composer: Composer, code: int, failure: str
    ) -> None:
        before = dump(imported)
        artifact = replay.artifact(*WHOLE, code=code, composer=composer)
        assert artifact["summary"]["failureTypeCounts"][failure] >= 10
        assert (artifact["summary"]["criticalMisses"] > 0) is (code == 5)
        assert "secret words" not in json.dumps(artifact)
        assert dump(imported) == before

    def test_named_threads_come_in_their_order(self, replay: Replay, imported: Database) -> None:
        rows = imported.rows("SELECT DISTINCT thread_id FROM messages WHERE direction = 'inbound' LIMIT 3")
        ids = [str(row[0]) for row in rows]
        artifact = replay.artifact("--dry-run", "--thread-ids", f"{ids[1]},nonsense,{ids[0]}")
        threads = [
            str(imported.value("SELECT thread_id FROM messages WHERE id = %s", case["messageId"]))
            for case in artifact["cases"]
        ]
        assert threads == [ids[1], ids[0]]
        assert [warning.split(":")[0] for warning in artifact["selection"]["warnings"]] == ["unknown_id"]


class TestNothing:
    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("--from", "2030-01-01"), 4),
            (("--from", "2030-01-01", "--allow-empty"), 0),
            (("--channel", "sms"), 4),
            (("--workspace", "nobody"), 4),
            (("--from", "soon"), 2),
            (("--thread-ids", ","), 2),
            (("--fail-on-regression",), 2),
            (("--baseline", "run-1999"), 4),
            (("--resume", "latest"), 4),
            (("--resume", "latest", "--limit", "3"), 2),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
    )
    def test_exit_codes(
        self, replay: Replay, imported: Database, arguments: tuple[str, ...], code: int
    ) -> None:
        del imported
        assert replay(*arguments).exit_code == code


class TestDatabaseAway:
    def test_is_told_by_the_artifact(self, replay: Replay) -> None:
        """An infrastructure that is away is no verdict on quality, and no pass either (failure D11)."""
        away = "postgresql://nobody@127.0.0.1:1/none"
        result = replay("--json", DATABASE_URL=away, DATABASE_CONNECT_TIMEOUT_MS="1000")
        held = json.loads(result.stdout)
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(Path(held["path"]).read_text()))
        assert (result.exit_code, held["selection"]["error"]["code"]) == (1, "store_unavailable")
        assert held["summary"]["failureTypeCounts"]["infra_error"] == 1


class TestBaseline:
    def test_what_got_worse_is_told_and_can_fail(self, replay: Replay, imported: Database) -> None:
        del imported
        before = replay.artifact(*WHOLE)
        same = replay.artifact(*WHOLE, "--baseline", before["runId"], "--fail-on-regression")
        assert same["baselineDiff"]["unchanged"] == before["selection"]["count"]
        worse = replay.artifact(*WHOLE, "--baseline", before["runId"], code=6, composer=RAMBLES)
        assert worse["baselineDiff"]["regressed"] >= 10
        changes = {one["caseId"]: one["change"] for one in worse["baselineDiff"]["cases"]}
        assert set(changes.values()) <= {"regressed", "unchanged"}


class TestModel:
    """With a language model configured: it composes, oversees and judges."""

    EXTRACT: ClassVar[dict[str, Any]] = {**EXTRACT, "intent": "other", "acceptedSlotIndex": None}
    SCORES: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("answer", "facts", "tone", "language", "overall"), 90),
        "reasons": [],
    }
    DRAFT = "Hello, thank you for your message. What it costs depends on the size; which one do you need?"

    def decide(self, request: dict[str, Any]) -> object:
        if prompt_of(request) == "JudgeAnswer":
            return self.SCORES
        return model(self.EXTRACT, drafted(self.DRAFT, "acknowledge"))(request)

    def run(self, replay: Replay, script: Script, *arguments: str) -> tuple[int, dict[str, Any]]:
        with event_api(script) as endpoint:
            result = replay(
                *("--json", "--limit", "2", *arguments),
                LLM_BASE_URL=f"{endpoint.address}/v1",
                LLM_MODEL="stub",
                LLM_TIMEOUT_MS="5000",
            )
        return result.exit_code, json.loads(result.stdout)

    def test_judges_too(self, replay: Replay, imported: Database) -> None:
        before = dump(imported)
        code, said = self.run(replay, obeys(self.decide))
        assert (code, said["config"]["judge"]) == (0, "stub")
        assert {case["judge"]["promptKey"] for case in said["cases"]} == {"replay.judge.overseer.v1"}
        assert {case["judge"]["overallScore"] for case in said["cases"]} == {90}
        assert dump(imported) == before

    def test_may_be_left_out(self, replay: Replay, imported: Database) -> None:
        del imported
        code, said = self.run(replay, obeys(self.decide), "--judge", "rules")
        assert (code, said["config"]["judge"]) == (0, "rules")
        assert {case["judge"]["promptKey"] for case in said["cases"]} == {"replay.judge.rules.v1"}

    def test_away_is_no_verdict(
        self, replay: Replay, imported: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lib.replay.evaluate.PAUSE_SECONDS", 0.001)
        del imported
        code, said = self.run(replay, refuses("500 Internal Server Error"))
        assert (code, said["summary"]["failureTypeCounts"]["infra_error"]) == (1, 2)
        assert {case["attempts"] for case in said["cases"]} == {3}


class TestInterruption:
    def test_leaves_no_half_artifact_and_goes_on_where_it_stopped(
        self, replay: Replay, imported: Database
    ) -> None:
        """Ctrl-C and SIGTERM ask the process to end; what was done is not done again."""
        del imported
        composer = Saying("Hello, which day suits you for a call?")
        app = replay.app(Stopping(composer, replay, after=4))
        result = app.test_cli_runner().invoke(args=["replay", "run", "--concurrency", "1"])
        assert result.exit_code == 1, result.output
        (journal,) = replay.folder.iterdir()
        assert journal.name.endswith(".partial.jsonl")
        assert f"--resume {journal.name.removesuffix('.partial.jsonl')}" in result.stderr
        done = len(composer.given)
        artifact = replay.artifact("--resume", "latest", code=6, composer=composer)
        assert (done < 6, len(artifact["cases"])) == (True, 15)
        assert len(composer.given) <= 15
        assert [path.name for path in replay.folder.iterdir()] == [f"{artifact['runId']}.json"]


class Stopping:
    """Tells the process to end while it composes."""

    def __init__(self, composer: Composer, replay: Replay, *, after: int) -> None:
        self._composer, self._replay, self._left = composer, replay, after

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        self._left -= 1
        if self._left == 0:
            self._replay.stop()
        return self._composer.compose(conversation, deadline=deadline)
