"""A send that is broken off anywhere: exactly one mail, or a flag; never two, and never none unseen.

Domain §4, failures D7 and L12. The table is in docs/drafts.md; written anew with --write-reliability.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import Database
from tests.faults.ill_server import Ill, ill_server
from tests.faults.instances import Instances
from tests.faults.reliability import OPTION
from tests.faults.sends import Fate, Sends, sends

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "drafts.md"
KILLS: Final = "| killed with -9 | mails | afterwards |\n|---|---|---|\n"
ILLS: Final = "| the mail server | mails | afterwards |\n|---|---|---|\n"
CHANCE: Final = {
    "the single dot said #1": "0 or 1 | `send_unconfirmed`",
    Ill.HANGS_UP_IN_TEXT: "1; 0 when we hear of it too late | sent; `send_unconfirmed`",
}
"""Where it depends on who is faster; the law holds either way."""


@pytest.fixture
def held(database: Database, fleet: Instances, environ: dict[str, str]) -> Iterator[Sends]:
    with ill_server() as server, sends(database, server, fleet, environ) as made:
        yield made


def line(what: str, fate: Fate) -> str:
    found = CHANCE.get(what, f"{fate.mails} | {fate}")
    return f"| {what.removesuffix(' #1')} | {found} |\n"


def compare(head: str, fates: dict[str, Fate], *, write: bool) -> None:
    """Hold the document's table with this head to what became of the drafts, or write it."""
    unlawful = {what: fate for what, fate in fates.items() if not fate.lawful}
    assert unlawful == {}
    found = "".join(line(what, fate) for what, fate in fates.items())
    before, _, after = DOCUMENT.read_text().partition(head)
    table, end, rest = after.partition("\n\n")
    assert end, f"docs/drafts.md has no table with the head {head}"
    if write:
        DOCUMENT.write_text(f"{before}{head}{found.rstrip()}{end}{rest}")
    else:
        assert f"{table}\n" == found


class TestKilled:
    def test_at_any_point_of_a_send(self, held: Sends, request: pytest.FixtureRequest) -> None:
        """Each point that a send crosses is one at which a process of its own ends."""
        drafts = {point: held.killed(point) for point in held.points()}
        held.settle()
        fates = {point: held.fate(draft) for point, draft in drafts.items()}
        assert len(fates) > 25
        compare(KILLS, fates, write=request.config.getoption(OPTION))

    @pytest.mark.parametrize(
        ("protection", "point"),
        [
            ("second mark of a send", "the single dot answered #1"),
            ("claim of a draft", "the single dot answered #1"),
        ],
    )
    def test_control_without_a_protection_a_mail_goes_twice(
        self, held: Sends, protection: str, point: str
    ) -> None:
        """Else the matrix would prove nothing."""
        draft = held.killed(point, without=(protection,))
        held.settle(without=(protection,))
        assert held.fate(draft).mails > 1


class TestIllServer:
    def test_of_any_kind(self, held: Sends, request: pytest.FixtureRequest) -> None:
        """What can be tried again is, by the same job; what cannot is listed or says why."""
        instance = held.start()
        drafts = {ill.value: held.met(ill, instance) for ill in Ill}
        held.settle()
        fates = {ill: held.fate(draft) for ill, draft in drafts.items()}
        compare(ILLS, fates, write=request.config.getoption(OPTION))
