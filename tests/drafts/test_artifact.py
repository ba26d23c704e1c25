"""Tests of lib/drafts/artifact.py."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from lib.drafts.artifact import PAYLOAD_CAP_BYTES, storable_payload
from tests.conftest import Database

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_law_a_small_payload_is_kept_but_for_nul(payload: dict[str, Any]) -> None:
    stored = storable_payload(payload)
    assert "\0" not in str(stored)
    if "\0" not in repr(payload) and "\\x00" not in repr(payload):
        assert stored == payload


def test_a_large_payload_becomes_a_note_with_its_size() -> None:
    """Domain §1: 32 KiB cap; larger is replaced by a note with its size."""
    stored = storable_payload({"text": "ü" * PAYLOAD_CAP_BYTES})
    assert stored == {"omitted": "payload_too_large", "sizeBytes": 65_548, "capBytes": 32_768}


def test_the_largest_that_is_kept_fits_the_table(database: Database) -> None:
    room = PAYLOAD_CAP_BYTES - len('{"text": ""}')
    payload = storable_payload({"text": "x" * room})
    assert len(payload["text"]) == room
    assert database.value("SELECT length(%s::jsonb::text)", Jsonb(payload)) <= 32_768


def test_an_escape_that_looks_like_nul_is_text() -> None:
    assert storable_payload({"a": ["\\u0000", "x\0y"]}) == {"a": ["\\u0000", "xy"]}
