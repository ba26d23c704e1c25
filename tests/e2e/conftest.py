"""The dev-server half of the scenarios is deselected where no dev server is named; the summary counts it."""

import os

import pytest

from tests.summary_lines import DEV_SERVER


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get(DEV_SERVER):
        return
    left_out = [item for item in items if item.path.name == "test_dev_server.py"]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
