import pytest

from dev.engine.errors import BadEvent
from dev.engine.event import accept_event

NOW = 1_795_468_397_000


class TestAccepted:
    def test_as_functions_get_it(self) -> None:
        """Its sender's id where there is one, the time of arrival where there is none, and a user."""
        event = accept_event({"name": "e", "id": "mine"}, internal_id="i", now=NOW)
        assert event.wire() == {"name": "e", "id": "mine", "data": {}, "ts": NOW, "user": {}}

    def test_without_an_id(self) -> None:
        assert accept_event({"name": "e", "id": ""}, internal_id="i", now=NOW).id == "i"

    def test_null_data(self) -> None:
        """Null is as good as nothing."""
        assert accept_event({"name": "e", "data": None}, internal_id="i", now=NOW).data == {}


class TestRefused:
    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param("text", id="text"),
            pytest.param({}, id="no name"),
            pytest.param({"name": ""}, id="empty name"),
            pytest.param({"name": "n" * 513}, id="long name"),
            pytest.param({"name": "e", "data": [1]}, id="data is a list"),
            pytest.param({"name": "e", "id": 1}, id="id is a number"),
            pytest.param({"name": "e", "ts": 1.5}, id="ts is no whole number"),
            pytest.param({"name": "e", "ts": True}, id="ts is true"),
            pytest.param({"name": "e", "more": 1}, id="unknown field"),
            pytest.param({"name": "e", "data": {"x": float("nan")}}, id="NaN"),
            pytest.param({"name": "e", "data": {"x": object()}}, id="no JSON"),
            pytest.param({"name": "e", "data": {"x": "x" * 512 * 1024}}, id="over 512 KiB"),
        ],
    )
    def test_names_why(self, raw: object) -> None:
        with pytest.raises(BadEvent):
            accept_event(raw, internal_id="i", now=NOW)
