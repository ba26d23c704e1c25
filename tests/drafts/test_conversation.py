"""Tests of lib/drafts/conversation.py: its words are those of the tables."""

from enum import StrEnum

import pytest

from lib.drafts.artifact import Stage
from lib.drafts.conversation import Channel, Direction, LeadStatus
from lib.drafts.disposition import Disposition, SentBy
from lib.drafts.run_store import RunStatus
from tests.conftest import Database
from tests.drafts.conftest import conversation

CONSTRAINTS = """
SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.contype = 'c' AND c.conrelid = %s::regclass AND a.attname = %s AND cardinality(c.conkey) = 1
"""


@pytest.mark.parametrize(
    ("words", "table", "column"),
    [
        (Channel, "messages", "channel"),
        (Channel, "drafts", "channel"),
        (Direction, "messages", "direction"),
        (LeadStatus, "leads", "status"),
        (SentBy, "messages", "sent_by"),
        (Disposition, "drafts", "response_disposition"),
        (RunStatus, "draft_pipeline_runs", "status"),
        (Stage, "draft_pipeline_artifacts", "stage"),
    ],
)
def test_a_closed_set_is_the_tables(
    database: Database, words: type[StrEnum], table: str, column: str
) -> None:
    ((definition,),) = database.rows(CONSTRAINTS, table, column)
    assert sorted(definition.split("'")[1::2]) == sorted(words)


def test_what_is_asked_is_everything_since_the_teams_last_word() -> None:
    held = conversation(
        "One more thing.",
        before=(
            (Direction.INBOUND, "Old question."),
            (Direction.OUTBOUND, "Old answer."),
            (Direction.INBOUND, "Can you call me?"),
        ),
    )
    assert held.asked == "Can you call me?\n\nOne more thing."
