"""Tests of lib/drafts/quotation.py."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.quotation import (
    CHARACTERS,
    LEFT_OUT,
    LINES,
    NAME_LIMIT,
    WIDTH,
    Quotation,
    attribution,
    marked_lines,
    quoted_lines,
)
from lib.inbox.quotation import split_quotation

QUOTATION = Quotation(
    author="Ada Lovelace",
    written_at=datetime(2026, 3, 2, 9, 5, tzinfo=timezone(timedelta(hours=1))),
    text="What does it cost?",
)
ANSWERS = {
    "On 2026-03-02 at 08:05 UTC, Ada Lovelace wrote:": "Thank you for your message.",
    "Am 2026-03-02 um 08:05 UTC schrieb Ada Lovelace:": "Vielen Dank für Ihre Nachricht.",
    "Le 2026-03-02 à 08:05 UTC, Ada Lovelace a écrit :": "Bonjour, merci pour votre message.",
    "El 2026-03-02 a las 08:05 UTC, Ada Lovelace escribió:": "Hola, muchas gracias por su mensaje.",
}


class TestAttribution:
    @pytest.mark.parametrize("expected", ANSWERS)
    def test_is_in_the_language_of_the_answer(self, expected: str) -> None:
        assert attribution(QUOTATION, ANSWERS[expected]) == expected

    @pytest.mark.parametrize("expected", ANSWERS)
    def test_is_known_by_whoever_reads_the_mail(self, expected: str) -> None:
        """Ours too: a copy that is imported holds what was said, and what was quoted apart."""
        answer = ANSWERS[expected]
        assert split_quotation(f"{answer}\n\n{expected}\n> What?") == (answer, f"{expected}\n> What?")

    def test_is_one_line_whatever_somebody_calls_himself(self) -> None:
        evil = replace(QUOTATION, author="Ada\r\nBcc: x\u2028" + "x" * 500)
        line = attribution(evil, "Hello")
        assert len(line.splitlines()) == 1
        assert len(line) < NAME_LIMIT + 60


class TestQuotedLines:
    @pytest.mark.parametrize(
        "text", ["line\n" * 500, "x" * 100_000, "word " * 5_000], ids=["lines", "one", "words"]
    )
    def test_say_when_they_are_not_all(self, text: str) -> None:
        assert quoted_lines(replace(QUOTATION, text=text))[-1] == LEFT_OUT

    @given(st.text(max_size=300))
    def test_law_they_are_bounded(self, text: str) -> None:
        lines = quoted_lines(replace(QUOTATION, text=text * 40))
        assert len(lines) <= LINES + 1
        assert sum(map(len, lines)) <= CHARACTERS + len(LEFT_OUT)


class TestMarkedLines:
    def test_are_wrapped_so_that_each_keeps_its_mark(self) -> None:
        lines = marked_lines(replace(QUOTATION, text="word " * 100))
        assert max(map(len, lines)) <= WIDTH + len("> ")
        assert " ".join(line.removeprefix("> ") for line in lines) == ("word " * 100).strip()

    def test_keep_an_address_whole(self) -> None:
        address = "https://acme.example/" + "x" * 200
        assert marked_lines(replace(QUOTATION, text=f"see {address} please")) == [
            "> see", f"> {address}", "> please",
        ]  # fmt: skip
