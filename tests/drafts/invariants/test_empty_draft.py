"""Tests of lib/drafts/invariants/empty_draft.py."""

import pytest

from lib.drafts.invariants.empty_draft import empty_draft
from tests.drafts.invariants.cases import reply

BLANK = {
    "nothing": "",
    "white space": "  \r\n\t \x0b\x0c",
    "zero-width characters": "\u200b\u200c\u200d\ufeff\u2060",
    "marks of direction": "\u200e\u200f\u202a\u202e\u2066\u2069\u061c",
    "spaces of all sorts": "\u00a0\u1680\u2000\u2003\u2007\u202f\u205f\u3000",
    "soft hyphens": "\u00ad\u00ad",
    "letters that print nothing": "\u115f\u1160\u3164\uffa0\u2800",
    "variation selectors and a combining joiner": "\ufe0f\ufe00\u034f",
    "tag characters": "\U000e0041\U000e0042",
    "control characters": "\x00\x07\x7f",
    "a replacement for an object": "\ufffc",
    "empty elements": "<div><p></p><br/><span></span></div>",
    "upper-case elements": "<P>&NBSP;</P><BR>".replace("NBSP", "nbsp"),
    "an element with attributes": '<p style="color:red" class=x>\n</p>',
    "entities": "&nbsp;&#160;&#xA0;&zwnj;&#8203;&shy;",
    "a comment": "<!-- Hello Sam -->",
    "a comment that is never closed": "<p></p><!-- Hello Sam",
    "head, style and script": "<html><head><title>Hi</title><style>p{}</style></head><script>x()</script>",
    "a hidden element": '<div style="display: none">Hello Sam</div>',
    "an invisible element": '<p style="visibility:hidden">Hello</p><p hidden>Sam</p>',
    "an image without words": '<p><img src="https://example.com/x.gif" width="1"></p>',
    "an empty link": '<a href="#"></a>',
    "emphasis of nothing": "**  **\n__\n```\n```",
    "a signature": "--\nDana\nNorthbeam",
    "a signature in HTML": "<p>-- <br>Dana</p>",
    "quoted lines": "> Does Tuesday work?\n> Sam\n",
    "an attribution and quoted lines": "On Tue, Mar 3, 2026 at 9:00 AM Sam <sam@example.com> wrote:\n> Hello",
    "a quoted block in HTML": "<blockquote>Does Tuesday work?</blockquote>",
}
SEEN = {
    "a full stop": ".",
    "a dash": "-",
    "an emoji": "\u2764\ufe0f",
    "a digit": "1",
    "another script": "\u0634\u0643\u0631\u0627",
    "a letter with a combining mark": "e\u0301",
    "a word within markup": "<p>&nbsp;<b>Ok</b></p>",
    "a link": '<a href="https://example.com">here</a>',
    "an address alone": "https://example.com",
    "a placeholder": "[your reply]",
    "words in angle brackets": "<see you>",
    "a placeholder in angle brackets": "<link>",
    "a sign that begins no tag": "a < b",
    "an entity that prints": "&lt;",
    "text beside a hidden element": '<div style="display:none">x</div>y',
    "an answer below a quotation": "> Tuesday?\nYes",
    "an answer above a quotation": "Yes\n\nOn Tue, Mar 3, 2026 Sam wrote:\n> Tuesday?",
    "text above a signature": "Yes\n-- \nDana",
    "a name below two dashes": "-- Dana",
    "a sign-off without a delimiter": "Best,\nDana",
    "emphasis": "**Yes**",
}


@pytest.mark.parametrize("draft", BLANK.values(), ids=BLANK.keys())
def test_a_draft_of_which_nothing_is_seen_breaks_it(draft: str) -> None:
    broken = empty_draft(reply(draft))
    assert broken is not None
    assert broken.code == "empty_draft"


@pytest.mark.parametrize("draft", SEEN.values(), ids=SEEN.keys())
def test_whatever_is_seen_holds_it(draft: str) -> None:
    assert empty_draft(reply(draft)) is None
