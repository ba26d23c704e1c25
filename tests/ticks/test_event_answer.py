import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ticks.event_answer import BODY_LIMIT, accepted_ids
from lib.ticks.send_error import EventsNotSent, SendErrorClass

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ANSWERS = JSON | st.fixed_dictionaries(
    {"ids": JSON | st.lists(st.sampled_from(["", " ", "1", "2"]) | JSON, max_size=4)},
    optional={"error": JSON, "status": JSON},
)


def refused(status: int, body: object) -> EventsNotSent:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(EventsNotSent) as caught:
        accepted_ids(status, raw, expected=2)
    return caught.value


class TestSuccess:
    @pytest.mark.parametrize("body", [{"ids": ["1", "2"]}, {"ids": ["1", "2"], "status": 200, "error": None}])
    def test_an_id_for_each_event_and_no_error(self, body: dict[str, Any]) -> None:
        assert accepted_ids(200, json.dumps(body).encode(), expected=2) == ("1", "2")

    @given(status=st.integers(100, 599), body=ANSWERS)
    def test_nothing_else_is_one(self, status: int, body: Any) -> None:
        """Law: accepted iff 2xx, an object, exactly two ids that are text and not blank, and no error."""
        ids = body.get("ids") if isinstance(body, dict) else None
        good = (
            200 <= status < 300
            and isinstance(ids, list)
            and len(ids) == 2
            and all(isinstance(one, str) and one.strip() for one in ids)
            and body.get("error") is None
        )
        raw = json.dumps(body).encode()
        if good:
            assert list(accepted_ids(status, raw, expected=2)) == ids
        else:
            with pytest.raises(EventsNotSent):
                accepted_ids(status, raw, expected=2)

    @given(status=st.integers(100, 599), body=st.binary(max_size=60))
    def test_rubbish_never_is(self, status: int, body: bytes) -> None:
        with pytest.raises(EventsNotSent):
            accepted_ids(status, body, expected=2)


class TestAccepted:
    @pytest.mark.parametrize(
        ("status", "ids", "accepted"),
        [
            pytest.param(200, ["1"], ("1",), id="one of two"),
            pytest.param(400, ["1"], ("1",), id="refused half way"),
            pytest.param(200, ["", "2"], (), id="the first is missing"),
            pytest.param(500, ["1", "2"], ("1", "2"), id="both, and an error"),
            pytest.param(200, ["1", "2", "3"], ("1", "2"), id="more than were sent"),
        ],
    )
    def test_acknowledged_ids_are_kept(self, status: int, ids: list[str], accepted: tuple[str, ...]) -> None:
        """The API works in order: what it acknowledged are the first events."""
        assert refused(status, {"ids": ids}).accepted == accepted


class TestMessage:
    def test_tells_the_status_and_the_apis_own_words(self) -> None:
        failure = refused(401, {"error": "Event key not found"})
        assert failure.error_class is SendErrorClass.REJECTED
        assert failure.message == "The event API answered 401: Event key not found"


class TestLimit:
    def test_an_answer_that_is_too_long_is_not_read(self) -> None:
        """Although it would be a success."""
        whole = json.dumps({"ids": ["1", "2"]}).encode()
        assert refused(200, whole + b" " * BODY_LIMIT).error_class is SendErrorClass.UNREADABLE
