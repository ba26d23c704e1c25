"""The dev-server half of the scenarios is deselected, and counted, where no dev server is named."""

import os

import pytest

URL = "TEST_INNGEST_DEV_URL"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get(URL):
        return
    left_out = [item for item in items if item.path.name == "test_dev_server.py"]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
        config.stash[LEFT_OUT] = len(left_out)


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{left_out} scenarios were not run on a real Inngest dev server: {URL} names none."
        )
