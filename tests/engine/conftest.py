"""What the golden tests counted, at the end of the report."""

from collections import Counter

import pytest

GOLDEN = "golden"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each golden comparison that ran."""
    compared: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == GOLDEN and isinstance(value, tuple):
                    subject, some, alike = value
                    compared[subject] += some
                    equal[subject] += alike
    for subject in sorted(compared):
        terminalreporter.write_line(f"golden {subject}: {compared[subject]} requests, {equal[subject]} equal")
