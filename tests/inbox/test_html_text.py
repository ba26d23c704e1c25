import time

import pytest

from lib.inbox.html_text import HTML_LIMIT, text_of


class TestTextOf:
    @pytest.mark.parametrize(
        ("html", "expected"),
        [
            pytest.param("plain", "plain", id="no tags"),
            pytest.param("<p>a</p><p>b</p>", "a\n\nb", id="paragraphs"),
            pytest.param("<div>a</div><div>b</div>", "a\nb", id="lines"),
            pytest.param("a<br>b<br/><br>c", "a\nb\n\nc", id="breaks"),
            pytest.param("a \n  b&nbsp;&amp;\tc &lt;d&gt;", "a b & c <d>", id="spaces and entities"),
            pytest.param("<b>a</b> <i>b</i>c", "a bc", id="inline"),
            pytest.param("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc", id="a list"),
            pytest.param("<pre>a\n  b</pre>", "a\n  b", id="preformatted"),
            pytest.param(
                '<a href="https://x.example/y">Here</a>', "Here <https://x.example/y>", id="a link's target"
            ),
            pytest.param(
                '<a href="https://x.example/">https://x.example</a>', "https://x.example", id="once"
            ),
            pytest.param(
                '<a href="https://x.example/"><img src=z></a>', "https://x.example/", id="a bare link"
            ),
            pytest.param('<a href="javascript:x()">a</a>', "a", id="no web link"),
            pytest.param(
                '<a href="https://x.example/">a<a href="https://y.example/">b',
                "a <https://x.example/>b <https://y.example/>",
                id="never closed",
            ),
            pytest.param('<img alt="Our logo" src="x">', "Our logo", id="an image's words"),
            pytest.param("<head><title>t</title></head><body>a", "a", id="the head"),
            pytest.param("<head><meta x><body>a", "a", id="a head never closed"),
            pytest.param("a<script>b('<p>')</SCRIPT >c<style>d</style>", "ac", id="scripts and styles"),
            pytest.param("a<!-- b -- c -->d<![if mso]>e<![endif]>f", "adef", id="comments"),
            pytest.param("a<!-- b", "a", id="a comment never closed"),
            pytest.param('<div style="DISPLAY: none">a<div>b</div>c</div>d', "d", id="hidden"),
            pytest.param('<div style="display:none">a</div>', "a", id="all hidden is shown"),
            pytest.param("a<blockquote>b<p>c</blockquote>d", "a\n\n> b\n>\n> c\n\nd", id="a quotation"),
            pytest.param("<blockquote>a<blockquote>b", "> a\n>\n> > b", id="quotations in quotations"),
            pytest.param('a<div class="x gmail_quote">b', "a\n> b", id="a mail program's quotation"),
            pytest.param("1 < 2 and <3", "1 < 2 and <3", id="not a tag"),
            pytest.param("</p></div></blockquote></a></pre>a", "a", id="ends without beginnings"),
            pytest.param('<p title="a>b">c</p>', "c", id="a > in quotes"),
        ],
    )
    def test_reads_as_shown(self, html: str, expected: str) -> None:
        assert text_of(html) == expected

    @pytest.mark.parametrize(
        "piece",
        [
            "<!--",
            "<a ",
            "<div>",
            "</",
            "<![CDATA[",
            "<?",
            '<a b="',
            "<a b='\">",
            "<p>",
            "<blockquote>",
            "<pre>x",
            "<script>",
            "<li>x",
            "<span>x ",
            '<a href="https://x.example/">',
            "<div style='display:none'>",
            "&#1;",
        ],
    )
    def test_hostile_html_takes_time_in_proportion(self, piece: str) -> None:
        """A tree, or the parser unguarded, takes minutes on these (measured): by the square."""
        short, long = (seconds(piece * (size // len(piece))) for size in (HTML_LIMIT // 16, HTML_LIMIT))
        assert long < 80 * short + 0.5


def seconds(html: str) -> float:
    """Processor time; by the square, 16 times the length would take 256 times as long."""
    before = time.process_time()
    text_of(html)
    return time.process_time() - before
