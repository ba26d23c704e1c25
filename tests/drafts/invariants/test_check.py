"""Tests of lib/drafts/invariants/check.py: the laws that hold for every text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.classification import is_opt_out
from lib.drafts.extraction import extract_from
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Reply
from tests.drafts.invariants.cases import SLOTS, reply

MONTHS = ("January", "February", "March", "June", "September", "December")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
slots = st.builds(
    lambda weekday, month, day, hour, minute, half: f"{weekday}, {month} {day} at {hour}:{minute} {half}",
    st.sampled_from(DAYS),
    st.sampled_from(MONTHS),
    st.integers(1, 28),
    st.integers(1, 12),
    st.sampled_from(("00", "15", "30", "45")),
    st.sampled_from(("AM", "PM")),
)
words = st.sampled_from(
    (
        *(
            "5pm",
            "14:00",
            "at 2",
            "noon",
            "March 9",
            "on 3/4",
            "Tuesday",
            "booked",
            "which works",
            "platform",
        ),
        *("ROI", "growth", "calendar", "Book here:", "https://calendly.com/x", "[booking link]", "cal.com/y"),
        *(
            "to",
            "past",
            "half",
            "quarter",
            "ten",
            "minus",
            "-",
            "in the",
            "morning",
            "uhr",
            "halb",
            "vor",
            "à",
            "14h",
        ),
        *(
            "moins le quart",
            "y media",
            "the 9th",
            "of",
            "3.4.",
            "3/9/26",
            "> ",
            "<p>",
            "&amp;",
            "click",
            "here",
        ),
        *("What time after", "Yes", "call", "pricing", "first", "?", ".", "\n"),
    )
)
texts = st.lists(words | slots, max_size=8).map(" ".join) | st.text(max_size=60)
links = st.none() | st.sampled_from(("https://calendly.com/x", "https://cal.com/y", "https://example.com/z"))
offers = st.lists(slots, max_size=3).map(tuple)
replies = st.builds(
    Reply, inbound=texts, draft=texts, offered_slots=offers, booking_link=links, lead_scheduler_link=links
)


def codes(held: Reply) -> set[str]:
    return {str(broken.code) for broken in broken_invariants(held)}


@given(replies)
def test_law_every_text_gets_an_answer_with_each_code_once_in_order(held: Reply) -> None:
    found = [str(broken.code) for broken in broken_invariants(held)]
    order = ["empty_draft", "slot_mismatch", "date_mismatch", "fabricated_link", "non_logistics_reply"]
    assert found == [code for code in order if code in found]
    assert all(broken.message for broken in broken_invariants(held))


@given(replies, st.text(" \n\t\u200b\u00a0", max_size=5))
def test_law_of_a_blank_draft_only_that_is_reported(held: Reply, blank: str) -> None:
    """Domain §3: `empty_draft`: blank; then only this one is reported."""
    assert codes(_with(held, draft=blank)) == {"empty_draft"}


@given(replies, offers.filter(bool), st.data())
def test_law_an_offered_phrase_is_as_offered(
    held: Reply, offered: tuple[str, ...], data: st.DataObject
) -> None:
    phrase = data.draw(st.sampled_from(offered))
    assert not codes(_with(held, draft=phrase, offered_slots=offered)) & {"slot_mismatch", "date_mismatch"}


@given(replies.filter(lambda held: bool(held.offered_slots)), slots)
def test_law_one_more_offer_creates_no_mismatch(held: Reply, slot: str) -> None:
    more = _with(held, offered_slots=(*held.offered_slots, slot))
    assert codes(more) & {"slot_mismatch", "date_mismatch"} <= codes(held)


@given(replies)
def test_law_what_the_inbound_says_may_be_repeated(held: Reply) -> None:
    repeated = _with(held, draft=held.inbound)
    assert not codes(repeated) & {"slot_mismatch", "date_mismatch"}


@given(replies)
def test_law_without_slots_nothing_about_slots_is_broken(held: Reply) -> None:
    assert codes(_with(held, offered_slots=())) <= {"empty_draft", "fabricated_link"}


@given(replies)
def test_law_the_allowed_links_are_never_fabricated(held: Reply) -> None:
    if held.known_links:
        draft = " and ".join(held.known_links)
        assert "fabricated_link" not in codes(_with(held, draft=draft))


@given(replies)
def test_law_a_known_link_creates_no_broken_one(held: Reply) -> None:
    linked = _with(held, booking_link="https://example.com/z")
    if held.booking_link is None:
        assert codes(linked) <= codes(held)


def test_several_at_once() -> None:
    held = reply("Booked for March 9 at 5pm: https://calendly.com/x")
    assert [broken.code for broken in broken_invariants(held)] == [
        "slot_mismatch", "date_mismatch", "fabricated_link",
    ]  # fmt: skip


def test_a_good_reply_breaks_none() -> None:
    assert broken_invariants(reply(f"{SLOTS[0]} works for us.")) == ()


def _with(
    held: Reply,
    *,
    draft: str | None = None,
    offered_slots: tuple[str, ...] | None = None,
    booking_link: str | None = None,
) -> Reply:
    return Reply(
        inbound=held.inbound,
        draft=held.draft if draft is None else draft,
        offered_slots=held.offered_slots if offered_slots is None else offered_slots,
        booking_link=booking_link or held.booking_link,
        lead_scheduler_link=held.lead_scheduler_link,
    )


HOSTILE = (
    *(
        "[",
        "\n",
        " ",
        "1-",
        "at ",
        "2 to ",
        "March ",
        "https://",
        "[a ",
        "calendly.",
        "a.",
        "book ",
        "I book ",
    ),
    *("March 3, 4, ", "the first ", "<p>", "<a ", "&amp;", "what time ", "is there a time ", "> x\n", "12/"),
    *("book a time ", "https://a.", "half past ", "{the ", "use the ", "when can we "),
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_text_made_to_be_slow_is_not(unit: str) -> None:
    """Mail comes from anybody: no pattern may search the same stretch again and again. In processor time."""
    text = (unit * 8_000)[:8_000]
    started = time.thread_time()
    broken_invariants(reply(text, inbound=text))
    extract_from(text, SLOTS)
    is_opt_out(text)
    assert time.thread_time() - started < 2


def test_a_long_hostile_text_takes_seconds_at_most() -> None:
    text = "".join(unit * (100_000 // len(HOSTILE) // len(unit)) for unit in HOSTILE)
    started = time.thread_time()
    broken_invariants(reply(text, inbound=text))
    assert time.thread_time() - started < 20
