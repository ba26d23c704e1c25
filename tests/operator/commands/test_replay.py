"""`flask replay show`, `diff` and `promote`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from lib.replay.artifact import Artifact
from lib.replay.case import FailureType
from lib.replay.files import FOLDER, write_whole
from tests.conftest import Database
from tests.drafts.conftest import Inbox
from tests.replay.artifacts import AWAY, BAD, BROKEN, CRASHED, GOOD, SKIPPED, artifact, outcome


class Replay:
    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, *arguments: str) -> Result:
        return self._app.test_cli_runner().invoke(args=["replay", *arguments])

    def json(self, *arguments: str, code: int = 0) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def replay(flask_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.chdir(tmp_path)
    return Replay(flask_app)


def kept(name: str, made: Artifact) -> None:
    held = made.model_copy(update={"run_id": name})
    write_whole(FOLDER / f"{name}.json", held.model_dump_json())


class TestShow:
    def test_the_worst_come_first(self, replay: Replay) -> None:
        kept("run-1", artifact(SKIPPED, GOOD, outcome("fair", 70), BAD, AWAY, BROKEN, CRASHED))
        ids = [case["caseId"] for case in replay.json("show")["cases"]]
        assert ids == ["broken", "away", "crashed", "bad", "fair", "good", "skipped"]
        table = replay("show", "run-1").output
        assert table.index("broken") < table.index("bad") < table.index("good")
        assert "fabricated_link: It names a link." in table

    def test_one_case_side_by_side(self, replay: Replay) -> None:
        kept("run-1", artifact(BAD, GOOD))
        shown = replay("show", "latest", "--case", "bad").output
        assert "inbound" in shown
        assert "answer_low" in shown
        assert "--include-bodies" in shown
        assert "good" not in shown

    def test_what_a_stranger_wrote_is_text(self, replay: Replay) -> None:
        """A mail may hold what the terminal's library would take for its own markup."""
        markup = outcome("odd", 40, FailureType.DRAFT_QUALITY_ERROR, inbound="[red]hello[/nonsense]")
        made = artifact(markup)
        shown = made.cases[0].model_copy(update={"inbound": "[red]hello[/nonsense]"})
        kept("run-1", made.model_copy(update={"cases": [shown]}))
        assert "[red]hello[/nonsense]" in replay("show", "run-1").output

    @pytest.mark.parametrize("arguments", [("show",), ("show", "run-7"), ("show", "run-1", "--case", "x")])
    def test_nothing_to_show(self, replay: Replay, arguments: tuple[str, ...]) -> None:
        if "run-1" in arguments:
            kept("run-1", artifact(GOOD))
        assert replay(*arguments).exit_code == 4

    def test_no_artifact(self, replay: Replay) -> None:
        write_whole(Path("x.json"), "{}")
        assert replay("show", "x.json").exit_code == 2


class TestDiff:
    def test_case_by_case(self, replay: Replay) -> None:
        kept("run-1", artifact(GOOD, outcome("gone"), outcome("worse", 95)))
        kept("run-2", artifact(GOOD, outcome("worse", 80), outcome("fresh")))
        found = replay.json("diff", "run-1", "run-2")
        assert (found["regressed"], found["new"], found["unchanged"]) == (1, 1, 1)
        assert (found["missing"], found["baselineRunId"]) == (["gone"], "run-1")
        told = replay("diff", "run-1", "run-2").output
        assert "passed, 95" in told
        assert "1 regressed, 0 improved, 1 new, 1 unchanged, 1 missing." in told

    def test_a_regression_fails_when_asked(self, replay: Replay) -> None:
        kept("run-1", artifact(GOOD))
        kept("run-2", artifact(outcome("good", 70)))
        assert replay("diff", "run-1", "run-2").exit_code == 0
        assert replay("diff", "run-1", "run-2", "--fail-on-regression").exit_code == 6


class TestPromote:
    @pytest.fixture
    def message(self, replay: Replay, database: Database) -> str:
        """One that was replayed."""
        inbox = Inbox(database)
        workspace = inbox.workspace()
        lead = inbox.lead(workspace, email="ada@lead.example")
        message = inbox.message(workspace, lead, "Ada here, ada@lead.example. What does it cost?")
        inbox.message(workspace, lead, "NEEDLE")
        replay.json("run", "--workspace", str(workspace), "--thread-ids", str(message))
        return str(message)

    def test_a_case_that_needs_no_database(self, replay: Replay, message: str, database: Database) -> None:
        told = replay.json("promote", message, "--name", "price", "--note", "asks", "--to", "kept.json")
        assert told["case"]["expect"]["drafted"] is True
        held = Path("kept.json").read_text()
        assert [word for word in ("Ada", "ada@lead", "NEEDLE") if word in held] == []
        database.reset()
        run = replay.json("run", "--manifest", "kept.json")
        assert [(case["caseId"], case["status"]) for case in run["cases"]] == [("price", "evaluated")]
        assert replay("promote", "price").exit_code == 2  # it is pinned already

    def test_only_said(self, replay: Replay, message: str) -> None:
        assert replay("promote", message, "--to", "kept.json", "--dry-run").exit_code == 0
        assert not Path("kept.json").exists()

    def test_what_is_not_there(self, replay: Replay, message: str, database: Database) -> None:
        assert replay("promote", "nothing").exit_code == 4
        database.reset()
        assert replay("promote", message).exit_code == 4
