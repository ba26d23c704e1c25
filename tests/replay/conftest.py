"""What the tests of the replay gate stand on."""

import pytest

from tests.conftest import Database
from tests.drafts.conftest import Inbox


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)
