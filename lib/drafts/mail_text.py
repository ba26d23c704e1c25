"""The two forms of a mail's text: plain, and HTML that says the same and loads nothing."""

import html
import re
import unicodedata
from typing import Final

from lib.drafts.language import language_of
from lib.drafts.quotation import Quotation, attribution, marked_lines, quoted_lines

_LINK: Final = re.compile(r"https?://[^\s<>\"“”„«»]{1,2000}", re.IGNORECASE)
_AFTER_LINK: Final = ".,;:!?'…*_~"
"""What ends a sentence, and no address."""
QUOTE_STYLE: Final = "margin:0 0 0 0.8ex;border-left:1px solid #ccc;padding-left:1ex"


def clean_text(text: str) -> str:
    """`text` in lines that end alike, without characters that steer a terminal."""
    lines = ("".join(c for c in line if c == "\t" or unicodedata.category(c) != "Cc").rstrip() for line in
             text.strip().splitlines())  # fmt: skip
    return "\n".join(lines)


def plain_text(body: str, quotation: Quotation | None) -> str:
    """`body`, and what is quoted below it with a mark before each line."""
    if quotation is None:
        return f"{body}\n"
    return "\n".join((body, "", attribution(quotation, body), *marked_lines(quotation), ""))


def html_text(body: str, quotation: Quotation | None) -> str:
    """The same in HTML, everything escaped; web addresses of `body` are links that show where they lead.

    Of what is quoted nothing becomes a link: those are somebody else's.
    """
    parts = _paragraphs(body, links=True)
    if quotation is not None:
        parts += [
            f"<p>{html.escape(attribution(quotation, body))}</p>",
            f'<blockquote type="cite" style="{QUOTE_STYLE}">',
            *_paragraphs("\n".join(quoted_lines(quotation)), links=False),
            "</blockquote>",
        ]
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f"<html{_lang(body)}>",
            '<head><meta charset="utf-8"><title></title></head>',
            '<body dir="auto">',
            *parts,
            "</body>",
            "</html>",
            "",
        )
    )


def _paragraphs(text: str, *, links: bool) -> list[str]:
    blocks = re.split(r"\n{2,}", text.strip("\n"))
    written = (_linked(block) if links else html.escape(block) for block in blocks)
    return ["<p>" + one.replace("\n", "<br>\n") + "</p>" for one in written]


def _linked(text: str) -> str:
    """`text` escaped, each web address a link whose words are the address itself."""
    written, end = [], 0
    for found in _LINK.finditer(text):
        address = _without_what_follows(found[0])
        escaped = html.escape(address)
        written += [html.escape(text[end : found.start()]), f'<a href="{escaped}">{escaped}</a>']
        end = found.start() + len(address)
    return "".join((*written, html.escape(text[end:])))


def _without_what_follows(address: str) -> str:
    """`address` without the sentence's own punctuation, or a bracket that was opened before it."""
    while address[-1] in _AFTER_LINK or (address[-1] == ")" and address.count("(") < address.count(")")):
        address = address[:-1]
    return address


def _lang(text: str) -> str:
    """The attribute that names the language; nothing for a script in which no known language is written."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(c > "\u024f" for c in letters)
    return "" if not letters or foreign * 2 > len(letters) else f' lang="{language_of(text)}"'
