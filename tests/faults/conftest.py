import os
from collections.abc import Iterator

import pytest

from lib.environment.decision import DeploymentKind
from lib.store.migrate import upgrade_database
from tests.faults.audited_database import AuditedDatabase, audited, audited_database
from tests.faults.instances import Instances, instances
from tests.faults.outbox import Outbox, outbox
from tests.faults.stage import Places
from tests.own_stores import OwnStores, own_stores


@pytest.fixture(scope="session")
def audited_scratch() -> Iterator[AuditedDatabase]:
    """A database that keeps books of its own; this process's alone."""
    with audited_database(os.environ["TEST_DATABASE_URL"]) as database:
        yield database


@pytest.fixture(scope="session")
def fleet() -> Iterator[Instances]:
    with instances() as held:
        yield held


@pytest.fixture(scope="session")
def mail() -> Iterator[Outbox]:
    with outbox() as held:
        yield held


@pytest.fixture(scope="session")
def own() -> Iterator[tuple[OwnStores, AuditedDatabase]]:
    """Stores of this process's own, which rows stop and pause."""
    with own_stores() as stores:
        upgrade_database(stores.postgres.url, kind=DeploymentKind.DEVELOPMENT, said=None)
        database = audited(stores.postgres.url)
        yield stores, database
        database.owner.close()


@pytest.fixture
def own_places(own: tuple[OwnStores, AuditedDatabase], fleet: Instances, mail: Outbox) -> Places:
    stores, database = own
    return Places(
        database=database,
        redis_url=stores.redis.url,
        outbox=mail,
        instances=fleet,
        stores=stores,
    )


@pytest.fixture
def places(audited_scratch: AuditedDatabase, fleet: Instances, mail: Outbox, redis_url: str) -> Places:
    return Places(database=audited_scratch, redis_url=redis_url, outbox=mail, instances=fleet)
