"""What the schema itself refuses, so that no code has to expect it."""

import psycopg
import pytest

from tests.conftest import Database

SET = "INSERT INTO controls (name, value, actor, reason) VALUES (%s, %s, 'ops', 'as the test says')"
WORKSPACE = "0b9f6d0e-6f0c-4c43-9c57-0a5d3f0a1b2c"


class TestControls:
    """An operator's slip of the pen may not end every tick that reads the control (design §10)."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("dispatch.mode", '"INLINE"'),
            ("dispatch.mode", '{"mode": "inline"}'),
            ("dispatch.mode", "null"),
            ("dispatch.percent", "101"),
            ("dispatch.percent", "-1"),
            ("dispatch.percent", '"5"'),
            ("rollout.auto", '"yes"'),
            ("jobs.paused", '["system.noop"]'),
            ("jobs.paused", '{"kind": ["system.noop"]}'),
            ("jobs.paused", '{"kinds": "system.noop"}'),
            ("jobs.paused", '{"kinds": [7]}'),
            ("jobs.paused", '{"kinds": null}'),
            ("jobs.paused", '{"workspaces": ["default"]}'),
            ("jobs.paused", '{"workspaces": [7]}'),
        ],
    )
    def test_a_value_that_nothing_can_read_is_refused(
        self, database: Database, name: str, value: str
    ) -> None:
        with pytest.raises(psycopg.errors.CheckViolation):
            database.run(SET, name, value)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("dispatch.mode", '"auto"'),
            ("dispatch.mode", '"inline"'),
            ("dispatch.mode", '"inngest"'),
            ("dispatch.percent", "0"),
            ("dispatch.percent", "12.5"),
            ("dispatch.percent", "100"),
            ("rollout.auto", "false"),
            ("jobs.paused", "{}"),
            ("jobs.paused", '{"kinds": [], "workspaces": []}'),
            ("jobs.paused", f'{{"kinds": ["system.noop"], "workspaces": ["{WORKSPACE}"]}}'),
        ],
    )
    def test_what_can_be_read_is_taken(self, database: Database, name: str, value: str) -> None:
        assert database.run(SET, name, value) == 1
