"""The same scenarios on the dev server named by TEST_INNGEST_DEV_URL; see docs/inngest.md."""

import os

import pytest

from tests.conftest import Database
from tests.e2e.driver import dev_server_driver
from tests.e2e.scenarios import SCENARIOS, Scenario, runs


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_on_a_real_dev_server(scenario: Scenario, environ: dict[str, str], database: Database) -> None:
    url = os.environ["TEST_INNGEST_DEV_URL"]
    with dev_server_driver(environ, database, url, scenario.settings) as driver:
        scenario.play(driver)
    assert runs(database) == scenario.runs
