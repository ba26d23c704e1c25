import threading

import pytest

from lib.errors import UsageProblem
from lib.inbox.workspace import find_workspace, workspace_called
from lib.services import Services
from tests import seed
from tests.conftest import Database


def called(services: Services, name: str) -> object:
    with services.store.transaction() as connection:
        return workspace_called(connection, name)


class TestCalled:
    def test_is_made_when_new_and_found_again(self, services: Services, database: Database) -> None:
        made = called(services, "Acme")
        assert called(services, " Acme ") == made
        assert database.value("SELECT count(*) FROM workspaces") == 1

    def test_is_found_by_its_id(self, services: Services, database: Database) -> None:
        workspace = seed.workspace(database, "Acme")
        assert called(services, str(workspace)) == workspace
        assert database.value("SELECT count(*) FROM workspaces") == 1

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines"])
    def test_a_name_that_is_none_is_refused(self, services: Services, name: str) -> None:
        with pytest.raises(UsageProblem, match="printable"):
            called(services, name)

    def test_many_at_once_make_one(self, services: Services, database: Database) -> None:
        threads = [threading.Thread(target=called, args=(services, "Acme")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert database.value("SELECT count(*) FROM workspaces") == 1


class TestFind:
    @pytest.mark.parametrize("identifier", ["Acme", "6f1c9f6e-2a51-4c0e-9d7b-1f2e3d4c5b6a"])
    def test_what_is_not_there_is_none(self, services: Services, identifier: str) -> None:
        with services.store.transaction() as connection:
            assert find_workspace(connection, identifier) is None
