"""The text of an HTML mail, with the addresses of its links.

It is read as a stream, without a tree: building one takes quadratic time on nested tags that are never
closed, and a mail's HTML comes from strangers.
"""

import re
from html.parser import HTMLParser
from typing import Final

HTML_LIMIT: Final = 400_000
"""Characters that are read; a longer newsletter is cut."""
QUOTE_DEPTH_LIMIT: Final = 5
UNSEEN: Final = frozenset({"head", "noscript", "object", "script", "style", "template", "title"})
VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
LINES: Final = frozenset(
    {"address", "article", "center", "dd", "div", "dt", "footer", "form", "header", "hr", "li", "main"}
    | {"pre", "section", "tr"}
)
"""Elements that stand on lines of their own."""
PARAGRAPHS: Final = frozenset(
    {"blockquote", "dl", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "table", "ul"}
)
"""Elements with a blank line around them."""
HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
SPACES: Final = re.compile(r"[ \t\r\n\f\xa0]+")
WHOLE_TAG: Final = re.compile(
    r"</?[a-zA-Z][^\s<>/]{0,40}(?:[^<>\"']|\"[^\"<]{0,4000}\"|'[^'<]{0,4000}')*>|<![dD][oO][cC][^<>]*>"
)


LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def text_of(html: str) -> str:
    """The readable text of `html`; quotations are lines that begin with `>`.

    Where all of it is hidden the hidden text counts: a mail is not lost over a style.
    """
    return visible_text_of(html) or _read(_parsable(html[:HTML_LIMIT]), keep_hidden=True)


def visible_text_of(html: str) -> str:
    """What a reader sees of `html`; empty when all of it is hidden."""
    return _read(_parsable(html[:HTML_LIMIT]), keep_hidden=False)


def _read(html: str, *, keep_hidden: bool) -> str:
    reader = _Reader(keep_hidden=keep_hidden)
    reader.feed(html)
    reader.close()
    return reader.text()


def _parsable(html: str) -> str:
    """`html` without what makes the standard library's parser take quadratic time.

    Comments go, also unfinished ones, and so do scripts and styles; a `<` that begins no whole tag becomes
    a character.
    """
    for opening, closing in (("<!--", "-->"), ("<![", "]>"), ("<script", "</script"), ("<style", "</style")):
        html = _without(html, opening, closing)
    pieces: list[str] = []
    position = 0
    for tag in WHOLE_TAG.finditer(html):
        pieces.append(html[position : tag.start()].replace("<", "&lt;"))
        pieces.append(tag.group())
        position = tag.end()
    pieces.append(html[position:].replace("<", "&lt;"))
    return "".join(pieces)


def _without(html: str, opening: str, closing: str) -> str:
    """`html` without what lies from `opening` to the `>` of the next `closing`, in any case of ASCII."""
    lowered = html.translate(LOWER)
    kept: list[str] = []
    position = 0
    while (start := lowered.find(opening, position)) >= 0:
        kept.append(html[position:start])
        end = lowered.find(closing, start + len(opening))
        if end < 0:
            return "".join(kept)
        position = lowered.find(">", end) + 1 or len(html)
    kept.append(html[position:])
    return "".join(kept)


class _Reader(HTMLParser):
    """Collects lines: each with its depth of quotation."""

    def __init__(self, *, keep_hidden: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._keep_hidden = keep_hidden
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes: list[str] = []
        """The names of the open elements that quote."""
        self._preformatted = 0
        self._unseen: str | None = None
        """The element whose content is left out; None outside of one."""
        self._unseen_depth = 0
        self._link: str | None = None
        self._link_text: list[str] = []

    def text(self) -> str:
        self._end_link()
        self._break(1)
        return "\n".join(self._lines).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if self._skips(tag, facts):
            return
        if tag == "a":
            self._end_link()
            self._link = "".join(facts.get("href", "").split())
        elif tag == "br":
            self._end_line()
        elif tag == "img" and facts.get("alt"):
            self.handle_data(facts["alt"])
        elif tag in LINES or tag in PARAGRAPHS:
            self._break(2 if tag in PARAGRAPHS else 1)
        if tag == "li":
            self._line.append("- ")
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "blockquote" or "gmail_quote" in facts.get("class", "").split():
            self._break(1)
            self._quotes.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen is not None:
            if tag == self._unseen:
                self._unseen_depth -= 1
            if self._unseen_depth == 0:
                self._unseen = None
            return
        if self._quotes and self._quotes[-1] == tag == "blockquote":
            self._break(1)
            self._quotes.pop()
        if tag == "a":
            self._end_link()
        elif tag in LINES or tag in PARAGRAPHS:
            self._break(2 if tag in PARAGRAPHS else 1)
        if tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self._unseen is not None:
            return
        if self._link is not None:
            self._link_text.append(data)
        if self._preformatted:
            first, *others = data.split("\n")
            self._line.append(first)
            for line in others:
                self._end_line()
                self._line.append(line)
            return
        words = SPACES.sub(" ", data)
        if not self._line or self._line[-1].endswith(" "):
            words = words.lstrip(" ")
        if words:
            self._line.append(words)

    def _skips(self, tag: str, facts: dict[str, str]) -> bool:
        """Whether the element that begins is not to be shown, or lies in one that is not."""
        if self._unseen is not None and tag == "body":  # a head that was never closed
            self._unseen = None
        if self._unseen is not None:
            self._unseen_depth += tag == self._unseen
            return True
        hides = "hidden" in facts or HIDDEN.search(facts.get("style", "")[:500]) is not None
        hidden = hides and not self._keep_hidden
        if tag not in VOID and (tag in UNSEEN or hidden):
            self._unseen, self._unseen_depth = tag, 1
            return True
        return hidden

    def _end_link(self) -> None:
        """Put the link's target behind its words, unless they say it already."""
        target, shown = self._link, "".join(self._link_text).strip()
        self._link = None
        self._link_text = []
        if (
            target
            and target.lower().startswith(("http://", "https://"))
            and target.strip("/") != shown.strip("/")
        ):
            self._line.append(f" <{target}>" if shown else target)

    def _end_line(self) -> None:
        prefix = "> " * min(len(self._quotes), QUOTE_DEPTH_LIMIT)
        line = "".join(self._line)
        self._lines.append((prefix + (line if self._preformatted else line.strip())).rstrip())
        self._line = []

    def _break(self, newlines: int) -> None:
        """End the line that was begun; with 2 newlines leave a blank one after it, once."""
        if "".join(self._line).strip():
            self._end_line()
        self._line = []
        if newlines > 1 and self._lines and self._lines[-1].strip("> "):
            self._end_line()
