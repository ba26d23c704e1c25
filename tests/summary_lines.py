"""What a run of the tests says at its end beside pytest's own words, in one process or in several."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.faults.reliability import LINE, OPTION, write_lines

GOLDEN = "golden"
"""The property in which a golden test counts: (subject, requests compared, requests equal)."""
GUARD = "guard"
"""The property in which the guard's product counts: (combinations, permitted, asked)."""
LEFT_OUT = "everytick_left_out"
"""Where a process says how many scenarios it left out for want of a dev server."""
DEV_SERVER = "TEST_INNGEST_DEV_URL"


class SummaryLines:
    """The lines; each process counts, the first one prints."""

    def __init__(self) -> None:
        self.left_out = 0

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take what another process counted; all of them collect the same tests."""
        told = getattr(node, "workeroutput", {})
        self.left_out = max(self.left_out, told.get(LEFT_OUT, 0))

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count here, and tell the process that prints."""
        self.left_out += sum(item.path.name == "test_dev_server.py" for item in items)
        if items and (told := getattr(items[0].config, "workeroutput", None)) is not None:
            told[LEFT_OUT] = self.left_out

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line for each golden comparison that ran, and one for what was left out."""
        compared: Counter[str] = Counter()
        equal: Counter[str] = Counter()
        for subject, some, alike in _told(terminalreporter, GOLDEN):
            compared[subject] += some
            equal[subject] += alike
        for subject in sorted(compared):
            terminalreporter.write_line(
                f"golden {subject}: {compared[subject]} requests, {equal[subject]} equal"
            )
        if judged := _told(terminalreporter, GUARD):
            combinations, permitted, asked = (sum(column) for column in zip(*judged, strict=True))
            terminalreporter.write_line(
                f"guard: {combinations} combinations; {permitted} that the page permits, all start,"
                f" {asked} of them asked"
            )
        self._tell_faults(terminalreporter)
        if self.left_out:
            terminalreporter.write_line(
                f"{self.left_out} scenarios deselected: {DEV_SERVER} names no real Inngest dev server."
            )

    def _tell_faults(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how many faults were injected, and write their lines where that was asked for."""
        told = _told(terminalreporter, LINE)
        if not told:
            return
        terminalreporter.write_line(
            f"fault matrix: {sum(one[2] for one in told)} injections fired in {len(told)} rows"
        )
        if terminalreporter.config.getoption(OPTION):
            from tests.faults.rows import ORDER  # noqa: PLC0415 - costs the import of the whole matrix

            write_lines({fault: line for fault, line, _ in told}, ORDER)


def _told(terminalreporter: pytest.TerminalReporter, told: str) -> list[Sequence[Any]]:
    """What every test that ran counted in the property `told`."""
    return [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == told and isinstance(value, tuple | list)
    ]
