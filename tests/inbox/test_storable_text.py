from hypothesis import given
from hypothesis import strategies as st

from lib.inbox.storable_text import storable, storable_line
from lib.services import Services


class TestStorable:
    def test_takes_what_postgresql_refuses(self, services: Services) -> None:
        text = storable("a\x00b\ud800c\r\nd\re\x1b\x7f\tf")
        assert text == "ab\ufffdc\nd\ne\tf"
        with services.store.transaction() as connection:
            assert connection.execute("SELECT %s::text", (text,)).fetchone() == (text,)

    @given(st.text(alphabet=st.characters(codec=None)))
    def test_any_text_becomes_unicode_without_controls(self, text: str) -> None:
        cleaned = storable(text)
        cleaned.encode("utf-8")
        assert not set(cleaned) & {chr(code) for code in range(32) if chr(code) not in "\t\n"}

    def test_a_line_is_one_short_line_or_none(self) -> None:
        assert storable_line(" a\n\tb  c ", 3) == "a b"
        assert storable_line("\x00 \n", 10) is None
