import pytest

from dev.engine import expression
from dev.engine.errors import NotPlayed
from dev.engine.expression import MISSING

EVENT = {"data": {"x": 1, "name": "a", "on": True, "none": None, "deep": {"y": "z"}}}
ROOTS = {"event": EVENT, "async": {"data": {"x": 1, "name": "b"}}}


class TestValue:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("event.data.x", 1),
            (" event.data.deep.y ", "z"),
            ("event.data.none", None),
            ("event.data.gone", MISSING),
            ("event.data.x.y", MISSING),
            ("'a b'", "a b"),
            ('"a"', "a"),
            ("-1.5", -1.5),
            ("false", False),
            ("null", None),
        ],
    )
    def test_of(self, text: str, found: object) -> None:
        value = expression.value(text, **ROOTS)
        assert value is MISSING if found is MISSING else value == found

    @pytest.mark.parametrize(
        "text", ["event", "event.data.x + 1", "size(event.data.x)", "event.data['x']", "!event.data.on", ""]
    )
    def test_not_played(self, text: str) -> None:
        with pytest.raises(NotPlayed):
            expression.value(text, **ROOTS)


class TestHolds:
    @pytest.mark.parametrize(
        ("text", "true"),
        [
            (None, True),
            ("event.data.x == 1", True),
            ("event.data.x != 1", False),
            ("event.data.x == async.data.x", True),
            ("event.data.name == async.data.name", False),
            ("event.data.x == 1 && event.data.name == 'a'", True),
            ("event.data.x == 1 && event.data.name == 'b'", False),
            ("event.data.gone == event.data.gone", False),
            ("event.data.gone != 1", False),
            ("event.data.none == null", True),
        ],
    )
    def test_when(self, text: str | None, true: bool) -> None:  # noqa: FBT001  a row's outcome
        """A field that is not there makes any comparison false."""
        assert true is expression.holds(text, **ROOTS)

    @pytest.mark.parametrize("text", ["event.data.on", "1 == 1 == 1", "event.data.x > 1", "a || b"])
    def test_not_played(self, text: str) -> None:
        with pytest.raises(NotPlayed):
            expression.holds(text, **ROOTS)
