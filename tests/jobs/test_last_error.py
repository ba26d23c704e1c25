from lib.jobs.last_error import LIMIT, describe_error, place_of, storable
from lib.log.redaction import Redactor


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


class TestDescribe:
    def test_class_and_message(self) -> None:
        assert describe_error(Redactor([]), ValueError("no")) == "ValueError: no"

    def test_secrets_stay_out(self) -> None:
        assert "hunter2" not in describe_error(Redactor(["hunter2"]), ValueError("with hunter2 in it"))

    def test_an_error_that_cannot_tell_itself(self) -> None:
        assert describe_error(Redactor([]), Speechless()) == "Speechless: [its text failed with RuntimeError]"


class TestStorable:
    def test_what_postgresql_refuses_is_replaced(self) -> None:
        """NUL and lone surrogates."""
        assert storable("a\x00b\ud800c") == "a\N{REPLACEMENT CHARACTER}b?c"

    def test_length(self) -> None:
        assert storable("x" * LIMIT) == "x" * LIMIT
        assert storable("x" * (LIMIT + 1)) == "x" * (LIMIT - 1) + "…"


class TestPlace:
    def test_file_and_line(self) -> None:
        place = place_of(raised(ValueError()))
        assert place is not None
        assert __file__ in place

    def test_never_raised(self) -> None:
        assert place_of(ValueError()) is None
