"""What is told of a command, for somebody who follows along."""

import io

from dev.cutover.narrator import COLUMNS_AT_MOST, LINES_AT_MOST, Narrator


class TestTyped:
    def test_as_one_would_type_it(self, narrator: Narrator, told: io.StringIO) -> None:
        """What a shell would take apart is quoted, and nothing is read as markup."""
        narrator.typed(["rollout", "back", "--why", "it [bold]looks odd"], "Next tick: inline.\n")
        assert told.getvalue().splitlines() == [
            "   $ flask rollout back --why 'it [bold]looks odd'",
            "     Next tick: inline.",
        ]

    def test_a_long_answer_is_cut(self, narrator: Narrator, told: io.StringIO) -> None:
        narrator.typed(["x"], "\n".join(["y" * 1000] * (LINES_AT_MOST + 3)))
        lines = told.getvalue().splitlines()
        assert len(lines) == LINES_AT_MOST + 2
        assert lines[1] == "     " + "y" * (COLUMNS_AT_MOST - 1) + "…"
        assert lines[-1] == "     … and 3 lines more"
