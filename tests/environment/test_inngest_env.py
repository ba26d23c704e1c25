from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.environment.inngest_env import ROUNDS, is_printable, names_production


class TestNamesProduction:
    @pytest.mark.parametrize(
        "name",
        [
            "production",
            " production\n",
            "PRODUCTION",
            "%70roduction",
            "%2570roduction",
            "PROD%55CTION",
            "production%0A",
            "production%20",
            "pro%C2%ADduction",
            "pro\u200bduction",
            "ｐｒｏｄｕｃｔｉｏｎ",  # noqa: RUF001 - the point
            "%EF%BD%90roduction",
        ],
    )
    def test_however_it_is_written(self, name: str) -> None:
        """Trim, case, Unicode, percent-encoding, and all of them over one another (design §9)."""
        assert names_production(name)

    @pytest.mark.parametrize("name", ["staging", "preproduction", "production-2", "prod", "%"])
    def test_others_are_not(self, name: str) -> None:
        assert not names_production(name)

    @given(
        rounds=st.integers(0, ROUNDS * 2),
        upper=st.lists(st.booleans(), min_size=10, max_size=10),
        pad=st.text(alphabet=" \t\n", max_size=3),
    )
    def test_no_depth_of_encoding_hides_it(self, *, rounds: int, upper: list[bool], pad: str) -> None:
        """Decoding ends after a bounded number of rounds, and what is deeper counts as production."""
        name = "".join(c.upper() if up else c for c, up in zip("production", upper, strict=True)) + pad
        name = f"%{ord(name[0]):02x}{name[1:]}"
        for _ in range(rounds):
            name = quote(name, safe="")
        assert names_production(name)

    @given(name=st.text(max_size=60))
    def test_it_always_answers(self, name: str) -> None:
        assert names_production(name) in (True, False)


class TestIsPrintable:
    @pytest.mark.parametrize(
        ("name", "printable"),
        [("feature/one-2", True), ("with space", True), ("naïve", False), ("a\nb", False), ("a\x7f", False)],
    )
    def test_what_a_header_takes(self, name: str, printable: bool) -> None:  # noqa: FBT001 - a row
        assert is_printable(name) is printable
