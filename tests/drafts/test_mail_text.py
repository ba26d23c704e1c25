"""Tests of lib/drafts/mail_text.py."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.mail_text import clean_text, html_text, plain_text
from lib.drafts.quotation import Quotation

HOSTILE = "<script src=https://evil.example/x.js></script> <img src=x onerror=alert(1)> </blockquote> & https://evil.example/pay"


def quoting(text: str) -> Quotation:
    return Quotation(author="A & <b>", written_at=datetime(2026, 3, 2, 9, tzinfo=UTC), text=text)


class Read(HTMLParser):
    """What a mail reader makes of it: elements with their attributes, and the words."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.attributes: set[str] = set()
        self._link = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._link:
            self.links.append((self._link, data))


class TestPlainText:
    def test_marks_what_is_quoted(self) -> None:
        assert plain_text("Hello", quoting("One\n\n> two")).splitlines() == [
            "Hello", "", "On 2026-03-02 at 09:00 UTC, A & <b> wrote:", "> One", ">", ">> two",
        ]  # fmt: skip

    def test_without_a_quotation_is_the_text(self) -> None:
        assert plain_text("Hello", None) == "Hello\n"

    def test_holds_nothing_that_steers_a_terminal(self) -> None:
        assert clean_text("a\x1b[2Jb\r\nc\x00\td \u2028e\n") == "a[2Jb\nc\td\ne"


class TestHtml:
    def test_says_what_the_plain_text_says(self) -> None:
        read = Read(html_text("Hello Ada,\n\nfirst\nsecond", quoting("What?")))
        assert "".join(read.words).split() == [
            "Hello", "Ada,", "first", "second", "On", "2026-03-02", "at", "09:00", "UTC,", "A", "&", "<b>",
            "wrote:", "What?",
        ]  # fmt: skip
        assert read.elements.count("p") == 4

    def test_nothing_in_it_is_anybody_elses_markup(self) -> None:
        """No script, no picture, nothing that is loaded when it is opened."""
        read = Read(html_text(HOSTILE, quoting(HOSTILE)))
        assert set(read.elements) <= {
            "html", "head", "meta", "title", "body", "p", "br", "a", "blockquote",
        }  # fmt: skip
        assert read.attributes <= {"lang", "charset", "dir", "href", "type", "style"}

    def test_only_our_own_addresses_are_links(self) -> None:
        read = Read(html_text("See https://acme.example/a", quoting("https://evil.example/b")))
        assert read.links == [("https://acme.example/a", "https://acme.example/a")]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("(https://acme.example/a).", "https://acme.example/a"),
            ("https://acme.example/a_(b)", "https://acme.example/a_(b)"),
            ("https://acme.example/?a=1&b=2!", "https://acme.example/?a=1&b=2"),
            ('"https://acme.example/"', "https://acme.example/"),
            ("<https://acme.example/>", "https://acme.example/"),
        ],
    )
    def test_a_link_ends_where_the_sentence_goes_on(self, text: str, expected: str) -> None:
        """It leads where it says."""
        links = Read(html_text(text, None)).links
        assert {href for href, _ in links} == {expected}
        assert "".join(words for _, words in links) == expected

    @pytest.mark.parametrize(
        "text", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://"]
    )
    def test_what_is_no_web_address_is_no_link(self, text: str) -> None:
        assert Read(html_text(text, None)).links == []

    @pytest.mark.parametrize(
        ("text", "attribute"),
        [
            ("Thank you for your message", 'lang="en"'),
            ("Vielen Dank für Ihre Nachricht", 'lang="de"'),
            ("ありがとうございます", "<html>"),
            ("2026", "<html>"),
        ],
    )
    def test_names_its_language_where_it_is_known(self, text: str, attribute: str) -> None:
        assert attribute in html_text(text, None)

    @given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
    def test_law_every_word_arrives(self, text: str) -> None:
        body = clean_text(text)
        assert "".join("".join(Read(html_text(body, None)).words).split()) == "".join(body.split())
