import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.audited_database import AuditedDatabase, audited_database
from tests.faults.outbox import Outbox, outbox
from tests.rolling.release import ReleaseMissing, previous_release, unpack


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the previous release's code."""
    folder = tmp_path_factory.mktemp("release") / "code"
    try:
        unpack(previous_release(), folder)
    except ReleaseMissing as missing:
        pytest.fail(str(missing))
    return folder


@pytest.fixture(scope="session")
def audited_scratch() -> Iterator[AuditedDatabase]:
    """A database at this checkout's schema that keeps books of its own."""
    with audited_database(os.environ["TEST_DATABASE_URL"]) as database:
        yield database


@pytest.fixture(scope="session")
def mail() -> Iterator[Outbox]:
    with outbox() as held:
        yield held
