import pytest

from lib.inbox.offered_slots import SLOT_LIMIT, offered_slots


class TestOfferedSlots:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("no times", (), id="none"),
            pytest.param("- Tuesday, March 3 at 2:00 PM", ("Tuesday, March 3 at 2:00 PM",), id="one"),
            pytest.param(
                "tuesday,\n  MARCH 03 at\n02:00\u202fpm", ("Tuesday, March 3 at 2:00 PM",), id="wrapped"
            ),
            pytest.param(
                "Friday, May 1 at 9:30 AM or Monday, May 4 at 12:00 PM, not Friday, May 1 at 9:30 AM",
                ("Friday, May 1 at 9:30 AM", "Monday, May 4 at 12:00 PM"),
                id="each once, in order",
            ),
            pytest.param("Tuesday at 2:00 PM", (), id="no date"),
            pytest.param("March 3 at 2:00 PM", (), id="no weekday"),
            pytest.param("Tuesday, March 3", (), id="no time"),
            pytest.param("Tuesday, March 32 at 2:00 PM", (), id="no such day"),
            pytest.param("Tuesday, March 3 at 13:00 PM", (), id="no such hour"),
            pytest.param("Tuesday, March 3 at 2:00 PMX", (), id="a longer word"),
        ],
    )
    def test_finds_full_phrases_only(self, text: str, expected: tuple[str, ...]) -> None:
        """The phrase is `Weekday, Month d at h:mm AM/PM` (design §3)."""
        assert offered_slots(text) == expected

    def test_there_is_an_end(self) -> None:
        text = " ".join(
            f"Tuesday, March {day} at 2:{minute:02} PM" for day in range(1, 9) for minute in range(9)
        )
        assert len(offered_slots(text)) == SLOT_LIMIT
