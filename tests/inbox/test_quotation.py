import time

import pytest

from lib.inbox.quotation import split_quotation


class TestSplitQuotation:
    @pytest.mark.parametrize(
        ("text", "own", "quoted"),
        [
            pytest.param("hello\nyou", "hello\nyou", None, id="nothing quoted"),
            pytest.param("yes\n\n> asked", "yes", "> asked", id="a quoted line"),
            pytest.param(
                "yes\n\nOn Mon, 2 Mar 2026 at 10:00, Ada <a@x.example> wrote:\n> asked",
                "yes",
                "On Mon, 2 Mar 2026 at 10:00, Ada <a@x.example> wrote:\n> asked",
                id="English",
            ),
            pytest.param(
                "yes\nOn Mon, 2 Mar 2026 at 10:00, Ada of the bakery\n<a@x.example>\nwrote:\n\n> asked",
                "yes",
                "On Mon, 2 Mar 2026 at 10:00, Ada of the bakery\n<a@x.example>\nwrote:\n> asked",
                id="folded over three lines",
            ),
            pytest.param(
                "yes\nOn 2 Mar 2026 Ada wrote:\nasked without marks\nand more",
                "yes",
                "On 2 Mar 2026 Ada wrote:\nasked without marks\nand more",
                id="quoted by its place alone",
            ),
            pytest.param(
                "ja\nAm 02.03.2026 um 10:00 schrieb Ada:\n> frage",
                "ja",
                "Am 02.03.2026 um 10:00 schrieb Ada:\n> frage",
                id="German",
            ),
            pytest.param(
                "oui\nLe 2 mars 2026 à 10:00, Ada a écrit :\n> question",
                "oui",
                "Le 2 mars 2026 à 10:00, Ada a écrit :\n> question",
                id="French",
            ),
            pytest.param(
                "sí\nEl 2 mar 2026, Ada escribió:\n> pregunta",
                "sí",
                "El 2 mar 2026, Ada escribió:\n> pregunta",
                id="Spanish",
            ),
            pytest.param(
                "はい\n2026年3月2日(月) 10:00 Ada <a@x.example>:\n> 質問",
                "はい",
                "2026年3月2日(月) 10:00 Ada <a@x.example>:\n> 質問",
                id="Japanese",
            ),
            pytest.param(
                "yes\n-----Original Message-----\nFrom: Ada\nasked",
                "yes",
                "-----Original Message-----\nFrom: Ada\nasked",
                id="a separator",
            ),
            pytest.param(
                "yes\n\nFrom: Ada\nSent: Monday\nTo: Team\nSubject: x\n\nasked",
                "yes",
                "From: Ada\nSent: Monday\nTo: Team\nSubject: x\n\nasked",
                id="a block of headers",
            ),
            pytest.param("> one?\nyes\n> two?\nno", "yes\nno", "> one?\n> two?", id="answers in between"),
            pytest.param("> only\n> quoted", "> only\n> quoted", None, id="nothing but quotation"),
            pytest.param(
                "From: here we go\nand on", "From: here we go\nand on", None, id="a word and a colon"
            ),
            pytest.param(
                "On Monday we wrote:\na letter", "On Monday we wrote:\na letter", None, id="a sentence"
            ),
            pytest.param("On 3 we rest\n\nwrote:", "On 3 we rest\n\nwrote:", None, id="a blank line between"),
            pytest.param("--\nAda\nwww.x.example", "--\nAda\nwww.x.example", None, id="a signature stays"),
            pytest.param("", "", None, id="nothing"),
        ],
    )
    def test_splits(self, text: str, own: str, quoted: str | None) -> None:
        assert split_quotation(text) == (own, quoted)

    @pytest.mark.parametrize(
        "piece",
        ["On a\n", "On 1 ", "From:\n", "> \n", "-----\n", "Am 1 schrieb \n", "2026年\n", "\n", "wrote:\n"],
    )
    def test_hostile_text_takes_time_in_proportion(self, piece: str) -> None:
        short, long = (seconds(piece * (size // len(piece))) for size in (12_500, 200_000))
        assert long < 80 * short + 0.5


def seconds(text: str) -> float:
    """Processor time; by the square, 16 times the length would take 256 times as long."""
    before = time.process_time()
    split_quotation(text)
    return time.process_time() - before
