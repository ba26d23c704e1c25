from datetime import timedelta

import pytest

from lib.registration_ledger import SyncKind, latest_registration, record_registration
from lib.services import Services
from tests.conftest import Database

OLD, NEW = "0a" * 32, "0b" * 32
URL = "https://everytick.example.com/api/inngest"


def record(services: Services, configuration_hash: str, *, env: str = "production") -> None:
    with services.store.transaction() as connection:
        record_registration(
            connection,
            env=env,
            url=URL,
            configuration_hash=configuration_hash,
            sync_kind=SyncKind.OUT_OF_BAND,
            instance=services.instance,
        )


class TestLatestRegistration:
    """What Inngest goes by is what it was told last, in each of its environments."""

    @pytest.mark.parametrize(
        ("told", "latest"),
        [((), None), ((OLD,), OLD), ((OLD, NEW), NEW), ((OLD, NEW, OLD), OLD)],
        ids=["never", "once", "changed", "and back"],
    )
    def test_is_what_was_told_last(
        self, services: Services, database: Database, told: tuple[str, ...], latest: str | None
    ) -> None:
        for seconds, configuration_hash in enumerate(told):
            database.shift_clock(timedelta(seconds=seconds))
            record(services, configuration_hash)
        with services.store.transaction() as connection:
            found = latest_registration(connection, env="production")
        assert (found and found.configuration_hash) == latest
        assert found is None or (found.url, found.sync_kind) == (URL, SyncKind.OUT_OF_BAND)
        assert database.value("SELECT count(*) FROM registrations") == len(set(told))

    def test_another_environments_is_not_ours(self, services: Services) -> None:
        record(services, OLD, env="feature-x")
        with services.store.transaction() as connection:
            assert latest_registration(connection, env="production") is None
