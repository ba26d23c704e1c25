"""Tests of `flask memory`: what a person sees of memory, and decides on it."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from flask import Flask
from structlog.testing import capture_logs

from lib.clock import Deadline
from lib.maintenance.lead_memory import LEAD_MEMORY
from lib.services import Services
from tests import seed
from tests.conftest import Database


class Memory:
    """`flask memory`, and the entries that it is about."""

    def __init__(self, app: Flask, database: Database) -> None:
        self._app = app
        self.database = database
        self.workspace = seed.workspace(database)
        self.lead = seed.lead(database, self.workspace)

    def __call__(self, *arguments: str) -> Result:
        return self._app.test_cli_runner().invoke(args=["memory", *arguments])

    def json(self, *arguments: str, code: int = 0) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def entry(self, content: str = "Works in Lisbon.", *, hours: int | None = 24, **fields: Any) -> str:
        """An entry of the lead, pending and inferred unless `fields` say otherwise."""
        seed.lead_memory(self.database, self.lead, content, hours=hours)
        held = {"status": "PENDING", **fields}
        marks = ", ".join(f"{name} = %s" for name in held)
        self.database.run(
            f"UPDATE lead_memory_entries SET {marks} WHERE content = %s", *held.values(), content
        )
        return str(self.database.value("SELECT id FROM lead_memory_entries WHERE content = %s", content))

    def row(self, entry: str) -> tuple[Any, ...]:
        """Status, source, days until its end, who decided and why."""
        ((status, source, left, by, why),) = self.database.rows(
            "SELECT status, source, expires_at - everytick_now(), decided_by IS NOT NULL, decided_why"
            " FROM lead_memory_entries WHERE id = %s",
            UUID(entry),
        )
        return status, source, None if left is None else round(left / timedelta(days=1)), by, why


@pytest.fixture
def memory(flask_app: Flask, database: Database) -> Memory:
    return Memory(flask_app, database)


class TestList:
    def test_shows_of_whom_each_is(self, memory: Memory) -> None:
        memory.entry()
        seed.workspace_memory(memory.database, memory.workspace, "Answers within a day.", hours=None)
        out = memory("list").stdout
        assert "lea@example.com" in out
        assert "the workspace" in out

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            pytest.param([], ["new", "team", "old"], id="newest first"),
            pytest.param(["--status", "pending"], ["old"], id="one status"),
            pytest.param(["--scope", "workspace"], ["team"], id="one scope"),
            pytest.param(["--lead", "LEA@example.com"], ["new", "old"], id="one lead"),
            pytest.param(["--category", "Other"], ["new"], id="one category"),
            pytest.param(["--expired"], ["over", "new", "team", "old"], id="also what is over"),
            pytest.param(["--limit", "1"], ["new"], id="a limit"),
        ],
    )
    def test_one_sort_only(self, memory: Memory, asked: list[str], found: list[str]) -> None:
        memory.entry("old")
        seed.workspace_memory(memory.database, memory.workspace, "team", hours=24)
        memory.entry("new", status="APPROVED", category="other")
        memory.entry("over", hours=-1)
        listed = memory.json("list", *asked)["entries"]
        assert [one["content"] for one in listed] == found

    def test_nothing_of_another_workspace(self, memory: Memory) -> None:
        """A workspace never sees another's rows, by its name as by its id."""
        other = seed.workspace(memory.database, "other")
        entry = memory.entry()
        for named in ("other", str(other)):
            assert memory.json("list", "--workspace", named, code=4) == {"entries": []}
            assert memory("show", entry, "--workspace", named).exit_code == 4
        for verb in ("approve", "reject", "expire"):
            result = memory(verb, entry, "--workspace", "other", "--why", "mine")
            assert (result.exit_code, memory.row(entry)[0]) == (4, "PENDING")

    def test_an_unknown_workspace_is_not_made(self, memory: Memory) -> None:
        assert memory("list", "--workspace", "new").exit_code == 4
        assert memory.database.value("SELECT count(*) FROM workspaces") == 1

    def test_a_cell_is_text(self, memory: Memory) -> None:
        """What a stranger wrote is no markup of the table's."""
        memory.entry("[red]Obey[/red]")
        assert "[red]Obey[/red]" in memory("list").stdout


class TestShow:
    def test_everything_about_one(self, memory: Memory) -> None:
        entry = memory.entry(confidence=0.9)
        shown = memory.json("show", entry)
        assert (shown["id"], shown["leadEmail"], shown["confidence"]) == (entry, "lea@example.com", 0.9)
        assert "Works in Lisbon." in memory("show", entry).stdout

    def test_an_unknown_one(self, memory: Memory) -> None:
        assert memory.json("show", str(uuid4()), code=4)["error"]["code"] == "not_found"


class TestDecide:
    @pytest.mark.parametrize(
        ("verb", "fields", "left"),
        [
            pytest.param(
                ["approve"], {}, ("APPROVED", "INFERENCE", 1, True, None), id="approve keeps the time"
            ),
            pytest.param(
                ["approve", "--days", "30", "--why", "asked"],
                {},
                ("APPROVED", "INFERENCE", 30, True, "asked"),
                id="approve for longer",
            ),
            pytest.param(
                ["approve", "--days", "30"],
                {"status": "REJECTED", "expires_at": None},
                ("APPROVED", "INFERENCE", 30, True, None),
                id="approve after all",
            ),
            pytest.param(
                ["approve", "--days", "30"],
                {"hours": -1, "status": "APPROVED"},
                ("APPROVED", "INFERENCE", 30, True, None),
                id="approve what is over",
            ),
            pytest.param(
                ["reject", "--why", "hostile"],
                {"status": "APPROVED"},
                ("REJECTED", "INFERENCE", None, True, "hostile"),
                id="reject for good",
            ),
            pytest.param(
                ["reject", "--why", "wrong"],
                {"status": "APPROVED", "source": "MANUAL", "expires_at": None},
                ("REJECTED", "MANUAL", None, True, "wrong"),
                id="reject a person's",
            ),
            pytest.param(
                ["expire", "--why", "old"],
                {"status": "APPROVED"},
                ("APPROVED", "INFERENCE", 0, True, "old"),
                id="end it",
            ),
        ],
    )
    def test_is_kept_with_who_and_why(
        self, memory: Memory, verb: list[str], fields: dict[str, Any], left: tuple[Any, ...]
    ) -> None:
        entry = memory.entry(**fields)
        told = memory.json(verb[0], entry, *verb[1:])
        assert told["entries"][0]["changed"]
        assert memory.row(entry) == left

    @pytest.mark.parametrize(
        ("verb", "fields", "problem"),
        [
            (["approve"], {"status": "APPROVED"}, "approved already"),
            (["approve"], {"status": "REJECTED", "expires_at": None}, "--days"),
            (["approve"], {"hours": -1}, "--days"),
            (["reject", "--why", "w"], {"status": "REJECTED", "expires_at": None}, "rejected already"),
            (["expire", "--why", "w"], {"source": "MANUAL", "expires_at": None}, "reject it"),
            (["expire", "--why", "w"], {"status": "REJECTED", "expires_at": None}, "does not expire"),
            (["expire", "--why", "w"], {"hours": -1}, "past its time already"),
        ],
    )
    def test_what_stands_against_it_is_said(
        self, memory: Memory, verb: list[str], fields: dict[str, Any], problem: str
    ) -> None:
        entry = memory.entry(**fields)
        before = memory.row(entry)
        (told,) = memory.json(verb[0], entry, *verb[1:], code=1)["entries"]
        assert problem in told["problem"]
        assert memory.row(entry) == before

    def test_a_dry_run_changes_nothing(self, memory: Memory) -> None:
        entry = memory.entry()
        result = memory("reject", entry, "--why", "w", "--dry-run")
        assert (result.exit_code, result.stdout) == (0, f"Entry {entry} would be rejected.\n")
        assert memory.row(entry)[0] == "PENDING"

    def test_several_at_once_and_one_that_is_not_there(self, memory: Memory) -> None:
        """Exit 1: what could be done is done, and what could not is named."""
        first, second, unknown = memory.entry("a"), memory.entry("b"), str(uuid4())
        told = memory.json("approve", first, second, unknown, first, code=1)["entries"]
        assert [(one["id"], one["changed"]) for one in told] == [
            (first, True), (second, True), (unknown, False),
        ]  # fmt: skip
        assert memory("approve", unknown).exit_code == 4

    def test_of_the_workspace_itself(self, memory: Memory) -> None:
        seed.workspace_memory(memory.database, memory.workspace, "Obey.", hours=24)
        entry = memory.database.value("SELECT id FROM workspace_memory_entries")
        memory.json("reject", str(entry), "--why", "hostile")
        assert memory.database.value("SELECT status FROM workspace_memory_entries") == "REJECTED"

    def test_what_was_ended_is_pruned_and_what_was_rejected_stands(
        self, memory: Memory, services: Services
    ) -> None:
        """A rejection lasts: where it was pruned, the next mail could bring the same back."""
        rejected, ended = memory.entry("a"), memory.entry("b")
        memory("reject", rejected, "--why", "hostile")
        memory("expire", ended, "--why", "old")
        LEAD_MEMORY.run(services, Deadline.after_ms(services.clock, 5_000))
        assert memory.database.rows("SELECT content FROM lead_memory_entries") == [("a",)]

    @pytest.mark.parametrize("verb", ["reject", "expire"])
    def test_a_reason_is_asked_for(self, memory: Memory, verb: str) -> None:
        assert memory(verb, memory.entry()).exit_code == 2
        assert memory(verb, memory.entry("b"), "--why", " ").exit_code == 2

    def test_is_logged_without_what_is_in_it(self, memory: Memory) -> None:
        entry = memory.entry()
        with capture_logs() as lines:
            memory("approve", entry)
        (line,) = [one for one in lines if one["event"] == "memory.operated"]
        assert (line["verb"], line["entry_ids"]) == ("approve", [entry])
        assert "Lisbon" not in str(line)


class TestAdd:
    def test_is_read_at_once_and_never_expires(self, memory: Memory) -> None:
        told = memory.json("add", "Works in Lisbon.", "--category", "Note", "--lead", "lea@example.com")
        assert told["written"]
        assert memory.row(told["id"]) == ("APPROVED", "MANUAL", None, True, None)

    def test_without_a_lead_it_is_the_workspaces(self, memory: Memory) -> None:
        told = memory.json("add", "Answers within a day.", "--category", "service")
        assert str(memory.database.value("SELECT id FROM workspace_memory_entries")) == told["id"]

    def test_it_is_redacted_like_any_other(self, memory: Memory) -> None:
        told = memory.json("add", "Mail ada@example.com\nor call +49 151 2345678", "--category", "note")
        assert told["content"] == "Mail [email] or call [phone]"

    @pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
    def test_takes_the_place_of_what_was_proposed(self, memory: Memory, status: str) -> None:
        entry = memory.entry(status=status, category="note")
        told = memory.json("add", "Works in Lisbon.", "--category", "note", "--lead", "lea@example.com")
        assert told["id"] == entry
        assert memory.row(entry)[:3] == ("APPROVED", "MANUAL", None)

    def test_the_same_again_stands(self, memory: Memory) -> None:
        memory.json("add", "Works.", "--category", "note")
        assert memory.json("add", " Works. ", "--category", "NOTE")["written"] is False

    def test_a_dry_run_writes_nothing(self, memory: Memory) -> None:
        assert (
            memory("add", "Works.", "--category", "note", "--dry-run").stdout == "Would be written: Works.\n"
        )
        assert memory.database.value("SELECT count(*) FROM workspace_memory_entries") == 0

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["ada@example.com", "--category", "note"], 2),
            (["c" * 501, "--category", "note"], 2),
            (["Works.", "--category", "c" * 65], 2),
            (["Works.", "--category", "note", "--lead", "nobody@example.com"], 4),
            (["Works.", "--category", "note", "--workspace", "nobody"], 4),
        ],
    )
    def test_what_does_not_fit(self, memory: Memory, arguments: list[str], code: int) -> None:
        assert memory("add", *arguments).exit_code == code

    def test_a_lead_of_another_workspace_is_none(self, memory: Memory) -> None:
        seed.workspace(memory.database, "other")
        result = memory("add", "x", "--category", "note", "--lead", "lea@example.com", "--workspace", "other")
        assert result.exit_code == 4
