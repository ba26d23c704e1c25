"""Tests of lib/memory/entry.py: its words and limits are those of the tables."""

from enum import StrEnum

import psycopg
import pytest

from lib.memory.entry import CATEGORY_LIMIT, CONTENT_LIMIT, MemorySource, MemoryStatus
from tests import seed
from tests.conftest import Database
from tests.drafts.test_conversation import CONSTRAINTS

TABLES = ("lead_memory_entries", "workspace_memory_entries")
WRITE = """
INSERT INTO workspace_memory_entries (workspace_id, category, content, source, status, confidence)
VALUES (%s, %s, %s, 'INFERENCE', 'PENDING', %s)
"""


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("words", "column"), [(MemorySource, "source"), (MemoryStatus, "status")])
def test_a_closed_set_is_the_tables(
    database: Database, table: str, words: type[StrEnum], column: str
) -> None:
    ((definition,),) = database.rows(CONSTRAINTS, table, column)
    assert sorted(definition.split("'")[1::2]) == sorted(words)


def test_the_longest_is_taken(database: Database) -> None:
    workspace = seed.workspace(database)
    assert database.run(WRITE, workspace, "c" * CATEGORY_LIMIT, "c" * CONTENT_LIMIT, 1.0) == 1


@pytest.mark.parametrize(
    ("category", "content", "confidence"),
    [
        pytest.param("c" * (CATEGORY_LIMIT + 1), "c", 0.5, id="long category"),
        pytest.param("c", "c" * (CONTENT_LIMIT + 1), 0.5, id="long content"),
        pytest.param("c", "c", 1.5, id="more than certain"),
        pytest.param("c", "c", float("nan"), id="not a number"),
    ],
)
def test_what_does_not_fit_is_refused(
    database: Database, category: str, content: str, confidence: float
) -> None:
    workspace = seed.workspace(database)
    with pytest.raises(psycopg.errors.CheckViolation):
        database.run(WRITE, workspace, category, content, confidence)
