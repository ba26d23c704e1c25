"""Design §11, row by row: under any single fault nothing is lost and nothing happens twice."""

from collections.abc import Callable

import pytest

from tests.faults.reliability import COMMAND, LINE, OPTION, committed_lines
from tests.faults.row import Row, run_row
from tests.faults.rows import ORDER, ROWS
from tests.faults.stage import Places


@pytest.mark.parametrize("row", ROWS, ids=ORDER)
def test_fault(
    row: Row, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    places: Places = request.getfixturevalue("own_places" if row.own_stores else "places")
    line, injections = run_row(row, places)
    record_property(LINE, (row.fault, line, injections))
    if not request.config.getoption(OPTION):
        assert committed_lines().get(row.fault) == line, f"to write the document anew: {COMMAND}"


def test_the_document_has_every_row_and_no_other(request: pytest.FixtureRequest) -> None:
    if request.config.getoption(OPTION):
        return  # it is written at the end
    assert tuple(committed_lines()) == ORDER
