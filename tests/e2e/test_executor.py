import pytest

from tests.conftest import Database
from tests.e2e.driver import executor_driver
from tests.e2e.scenarios import SCENARIOS, Scenario, runs


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_on_the_executor(scenario: Scenario, environ: dict[str, str], database: Database) -> None:
    with executor_driver(environ, database, scenario.settings) as driver:
        scenario.play(driver)
    assert runs(database) == scenario.runs
