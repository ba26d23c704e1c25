from lib.services import Services
from lib.status.run_status import JobName
from lib.vitals.open_lines import OpenLines, open_lines
from tests import seed
from tests.conftest import Database


def test_each_responsibility_by_itself(services: Services, database: Database) -> None:
    """What is covered, or was never sent, is not open; what is older than the grace waits."""
    states = (
        ("covered", 500),
        ("inline", 500),
        ("accepted", 10),
        ("dispatching", 10),
        ("accepted", 200),
        ("failed", 200),
        ("unexecuted", 400),
    )
    for number, (state, seconds_ago) in enumerate(states):
        seed.tick(database, str(number))
        seed.line(database, str(number), JobName.PROCESS, state, seconds_ago=seconds_ago)
    with services.store.transaction() as connection:
        assert open_lines(connection, grace_seconds=180) == {
            JobName.PROCESS: OpenLines(young=2, waiting=2, unexecuted=1),
            JobName.MAINTENANCE: OpenLines(),
        }
