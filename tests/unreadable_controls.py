"""Controls that no version of ours would write: set by a newer one, or by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import Database

CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'controls_value'"
SET = "INSERT INTO controls (name, value, actor, reason) VALUES (%s, %s, 'newer', 'test')"


@contextmanager
def unreadable_controls(database: Database, **values: object) -> Iterator[None]:
    """Set each control (`dispatch_mode` for `dispatch.mode`) to what the database itself would refuse."""
    definition = database.value(CHECK)
    database.run("ALTER TABLE controls DROP CONSTRAINT controls_value")
    try:
        for name, value in values.items():
            database.run(SET, name.replace("_", "."), json.dumps(value))
        yield
    finally:
        database.run("DELETE FROM controls")
        database.run(f"ALTER TABLE controls ADD CONSTRAINT controls_value {definition}")
