"""What became of each of the latest windows, in one word."""

import pytest

from lib.services import Services
from lib.vitals.window_outcomes import WindowOutcome, window_outcomes
from tests.conftest import Database
from tests.windows import Past, past_windows

EXECUTED, OPEN, LATE, FAILED, INLINE = WindowOutcome


@pytest.mark.parametrize(
    ("past", "outcome"),
    [
        (Past(), EXECUTED),
        (Past(executed=False), LATE),
        (Past(executed=False, failure="unexecuted"), FAILED),
        (Past(failure="unexecuted"), FAILED),
        (Past(sent=False), INLINE),
    ],
    ids=["executed", "late", "failed", "executed too late", "inline"],
)
def test_one_word(services: Services, database: Database, past: Past, outcome: WindowOutcome) -> None:
    past_windows(database, past)
    with services.store.transaction() as connection:
        (mark,) = window_outcomes(connection, windows=60, seconds=60)
    assert mark.outcome is outcome


def test_one_that_is_on_its_way(services: Services, database: Database) -> None:
    past_windows(database, Past(executed=False))
    database.run("UPDATE dispatch_lines SET state = 'accepted'")
    with services.store.transaction() as connection:
        assert [m.outcome for m in window_outcomes(connection, windows=60, seconds=60)] == [OPEN]


def test_the_oldest_first_and_none_that_is_older(services: Services, database: Database) -> None:
    past_windows(database, Past(), Past(sent=False), Past(), upto=2)
    with services.store.transaction() as connection:
        found = window_outcomes(connection, windows=4, seconds=60)
    assert [mark.outcome for mark in found] == [INLINE, EXECUTED]
