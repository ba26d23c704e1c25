from datetime import timedelta
from uuid import UUID

from lib.jobs.pause import pause, read_paused, resume
from lib.rollout.controls import Paused
from lib.services import Services
from tests.conftest import Database

A, B = UUID(int=1), UUID(int=2)


def test_pauses_add_up_and_end_apart(services: Services, database: Database) -> None:
    """Each change is kept with who and why."""
    with services.store.transaction() as connection:
        assert not read_paused(connection)
        pause(connection, Paused(kinds=frozenset({"a"})), actor="me", reason="broken")
        both = pause(connection, Paused(workspaces=frozenset({A, B})), actor="me", reason="asked")
        assert both == read_paused(connection)
        left = resume(
            connection, Paused(kinds=frozenset({"a"}), workspaces=frozenset({A})), actor="me", reason="mended"
        )
        assert left.as_json() == {"kinds": [], "workspaces": [str(B)]}
    assert database.rows("SELECT reason FROM control_changes ORDER BY id") == [
        ("broken",),
        ("asked",),
        ("mended",),
    ]


def test_an_expired_control_pauses_nothing(services: Services, database: Database) -> None:
    with services.store.transaction() as connection:
        pause(connection, Paused(kinds=frozenset({"a"})), actor="me", reason="broken")
    database.run("UPDATE controls SET expires_at = everytick_now() + interval '1 minute'")
    database.shift_clock(timedelta(minutes=2))
    with services.store.transaction() as connection:
        assert read_paused(connection) == Paused()
