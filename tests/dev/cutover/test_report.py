"""What is told at the end, and that whatever is wrong is named."""

import io
import json

from dev.cutover.narrator import Narrator
from dev.cutover.report import WRONG_SHOWN, Report, tell


def report(*wrong: str) -> Report:
    return Report(
        windows=10,
        seconds=1.25,
        jobs=20,
        mails=3,
        ticks=11,
        figures={"silentToRolledBack": 6},
        slowest_seconds=240.0,
        wrong=wrong,
    )


class TestTell:
    def test_well(self, narrator: Narrator, told: io.StringIO) -> None:
        tell(report(), narrator)
        assert told.getvalue().splitlines() == [
            "   20 jobs, 3 mails, 11 ticks; the slowest tick's work was done after 240.0 s of 360 s",
            "   from the same to the first tick that evidence kept inline: 6 windows",
            "",
            "10 windows in 1.2 s; nothing lost, nothing done twice.",
        ]

    def test_each_wrong_is_named(self, narrator: Narrator, told: io.StringIO) -> None:
        tell(report(*(f"job {n}" for n in range(WRONG_SHOWN + 2))), narrator)
        assert "   WRONG: job 0\n" in told.getvalue()
        assert told.getvalue().splitlines()[-3:] == ["   … and 2 more", "", "10 windows in 1.2 s; wrong: 22."]


class TestJson:
    def test_is_ok_only_without_wrongs(self) -> None:
        assert json.loads(str(report()))["ok"] is True
        told = json.loads(str(report("job 1")))
        assert (told["ok"], told["wrong"]) == (False, ["job 1"])
