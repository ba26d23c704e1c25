import pytest

from lib.inbox.flowed import unflowed


class TestUnflowed:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("one \ntwo\nthree", "one two\nthree", id="soft and hard breaks"),
            pytest.param("> a \n> b\n> c", "> a b\n> c", id="quoted paragraphs"),
            pytest.param(">> a \n> b", ">> a \n> b", id="another depth ends a paragraph"),
            pytest.param("a \n-- \nAda", "a \n-- \nAda", id="a signature's line is no soft break"),
            pytest.param(" >not quoted\n From here", ">not quoted\nFrom here", id="stuffed lines"),
            pytest.param("ends soft ", "ends soft ", id="a soft break at the end"),
            pytest.param("", "", id="nothing"),
        ],
    )
    def test_joins(self, text: str, expected: str) -> None:
        assert unflowed(text, delete_space=False) == expected

    def test_delsp_takes_the_space_away(self) -> None:
        """For scripts without spaces between words (RFC 3676, §4.1)."""
        assert unflowed("冷蔵 \n車", delete_space=True) == "冷蔵車"
