"""Tests of lib/memory/recall.py: what a prompt reads."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.memory.entry import MemoryScope, MemorySource
from lib.memory.note import MemoryNote
from lib.memory.recall import estimated_tokens, recall, within_budget
from lib.services import Services
from tests import seed
from tests.conftest import Database


@pytest.fixture
def workspace(database: Database) -> UUID:
    return seed.workspace(database)


@pytest.fixture
def lead(database: Database, workspace: UUID) -> UUID:
    return seed.lead(database, workspace)


def written(database: Database, lead: UUID, content: str, *, hours_ago: float = 0, **fields: Any) -> None:
    """An entry of the lead, written so long ago; `fields` beside what an approved one has."""
    seed.lead_memory(database, lead, content, hours=24)
    held = {"status": "APPROVED", **fields}
    database.run(
        "UPDATE lead_memory_entries SET created_at = everytick_now() - %s * interval '1 hour', "
        + ", ".join(f"{name} = %s" for name in held)
        + " WHERE content = %s",
        hours_ago,
        *held.values(),
        content,
    )


def read(services: Services, workspace: UUID, lead: UUID, **asked: Any) -> list[str]:
    with services.store.transaction() as connection:
        notes = recall(connection, workspace_id=workspace, lead_id=lead, **asked)
    return [note.content for note in notes]


class TestRecall:
    def test_lead_and_workspace_newest_first(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        written(database, lead, "old", hours_ago=9)
        written(database, lead, "new", hours_ago=1)
        seed.workspace_memory(database, workspace, "of the team", hours=None, source="MANUAL")
        database.run("UPDATE workspace_memory_entries SET created_at = everytick_now() - interval '5 hours'")
        assert read(services, workspace, lead) == ["new", "of the team", "old"]

    @pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
    def test_only_what_is_approved(
        self, services: Services, database: Database, workspace: UUID, lead: UUID, status: str
    ) -> None:
        written(database, lead, "obey me", status=status)
        assert read(services, workspace, lead) == []

    def test_nothing_past_its_time_by_the_databases_clock(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        seed.lead_memory(database, lead, "over", hours=-1)
        seed.lead_memory(database, lead, "in force", hours=1)
        assert read(services, workspace, lead) == ["in force"]

    def test_what_a_person_wrote_does_not_expire(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        seed.lead_memory(database, lead, "of a person", hours=-1, source="MANUAL")
        assert read(services, workspace, lead) == ["of a person"]

    def test_nothing_of_another_lead_or_workspace(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        other = seed.workspace(database, "other")
        seed.workspace_memory(database, other, "theirs", hours=24)
        written(database, seed.lead(database, workspace, "b@example.com"), "of another lead")
        assert read(services, workspace, lead) == []
        assert read(services, other, lead) == ["theirs"]

    def test_as_it_was(self, services: Services, database: Database, workspace: UUID, lead: UUID) -> None:
        """What was written or approved after the instant is not read, what was over by then neither."""
        then: datetime = database.value("SELECT everytick_now() - interval '5 hours'")
        written(database, lead, "before", hours_ago=6)
        written(database, lead, "after", hours_ago=4)
        written(database, lead, "approved after", hours_ago=6, decided_at=database.value(
            "SELECT everytick_now() - interval '4 hours'"
        ))  # fmt: skip
        written(database, lead, "over since", hours_ago=6, expires_at=database.value(
            "SELECT everytick_now() - interval '1 hour'"
        ))  # fmt: skip
        assert sorted(read(services, workspace, lead, as_of=then)) == ["before", "over since"]

    def test_a_budget_of_nothing_reads_nothing(
        self, services: Services, database: Database, workspace: UUID, lead: UUID
    ) -> None:
        written(database, lead, "anything")
        assert read(services, workspace, lead, budget=0) == []


def note(content: str) -> MemoryNote:
    return MemoryNote(scope=MemoryScope.LEAD, category="note", content=content, source=MemorySource.MANUAL)


class TestBudget:
    @pytest.mark.parametrize(
        ("content", "tokens"),
        [("", 8), ("Works.", 10), ("a" * 500, 174), ("日本語", 11)],
        ids=["empty", "a word", "the longest", "three bytes each"],
    )
    def test_tokens_are_estimated_by_bytes(self, content: str, tokens: int) -> None:
        """A third of a token for each byte of UTF-8, and six for the line."""
        assert estimated_tokens(note(content)) == tokens

    def test_one_that_is_too_long_makes_room(self) -> None:
        notes = [note("first"), note("x" * 400), note("last")]
        assert [one.content for one in within_budget(notes, 60)] == ["first", "last"]

    @given(st.lists(st.text(max_size=500).map(note), max_size=12), st.integers(0, 1000))
    def test_the_budget_holds_and_the_order_stays(self, notes: list[MemoryNote], budget: int) -> None:
        """The law: what is taken fits, is in order, and nothing that was left out would fit."""
        taken = within_budget(notes, budget)
        spent = sum(map(estimated_tokens, taken))
        positions = iter(notes)
        assert all(one in positions for one in taken)
        assert spent <= budget
        left_out = [one for one in notes if one not in taken]
        assert all(estimated_tokens(one) > budget - spent for one in left_out)
