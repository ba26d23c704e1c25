from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import InvalidPayload, UnknownJobKind
from lib.jobs.enqueue import NUL, Enqueued, NewJob, enqueue
from lib.jobs.kind import Uniqueness
from tests.jobs.conftest import ProbePayload, Queue


class TestEnqueue:
    def test_row(self, queue: Queue) -> None:
        made = queue.put(payload={"note": "Grüße"}, priority=3)

        assert Enqueued(job_id=1, duplicate=False) == made
        job = queue.job(1)
        assert tuple(job[name] for name in ("status", "payload", "priority", "max_attempts", "attempt")) == (
            "pending",
            {"note": "Grüße"},
            3,
            5,
            0,
        )

    def test_inside_the_callers_transaction(self, queue: Queue) -> None:
        """A job exists only once its transaction commits."""
        with (
            queue.services.store.transaction() as connection,
            connection.transaction(force_rollback=True),
        ):
            enqueue(connection, queue.services.kinds, NewJob(kind="test.probe", payload=ProbePayload()))
        assert queue.statuses() == {}

    def test_answers_come_in_the_order_of_the_jobs(self, queue: Queue) -> None:
        queue.handle("test.once", uniqueness=Uniqueness.WHILE_ACTIVE)
        keys = ["b", None, "a", "b", None, "c", "a"]

        made = queue.put_all([NewJob(kind="test.once", payload={}, dedupe_key=key) for key in keys])

        assert [one.duplicate for one in made] == [False, False, False, True, False, False, True]
        stored = dict(queue.database.rows("SELECT id, dedupe_key FROM jobs"))
        assert keys == [stored[one.job_id] for one in made]

    @pytest.mark.parametrize(
        ("scope", "while_running"),
        [
            pytest.param(
                Uniqueness.WHILE_QUEUED, False, id="while_queued: a mark in a run is not lost (L14)"
            ),
            pytest.param(Uniqueness.WHILE_ACTIVE, True, id="while_active: nothing beside a run"),
        ],
    )
    def test_how_long_a_key_keeps_others_out(
        self, queue: Queue, scope: Uniqueness, *, while_running: bool
    ) -> None:
        """A mark made while its recount runs is counted again (failure L14)."""
        during = []
        queue.handle(
            "test.once", lambda _job: during.append(queue.put("test.once", dedupe_key="k")), uniqueness=scope
        )
        first = queue.put("test.once", dedupe_key="k")
        assert Enqueued(job_id=first.job_id, duplicate=True) == queue.put("test.once", dedupe_key="k")

        queue.drain(limit=1)

        assert [while_running] == [one.duplicate for one in during]
        after = queue.put("test.once", dedupe_key="k")
        assert after.duplicate is not while_running

    def test_a_key_belongs_to_its_kind(self, queue: Queue) -> None:
        for name in ("test.one", "test.other"):
            queue.handle(name, uniqueness=Uniqueness.WHILE_ACTIVE)
            assert not queue.put(name, dedupe_key="k").duplicate

    @pytest.mark.parametrize(
        "job",
        [
            pytest.param(NewJob(kind="test.probe", payload={"wrong": 1}), id="does not fit"),
            pytest.param(NewJob(kind="test.probe", payload={"note": "a\x00b"}), id="NUL"),
            pytest.param(NewJob(kind="test.probe", payload={"note": "\ud800"}), id="lone surrogate"),
            pytest.param(NewJob(kind="test.probe", payload={"note": object()}), id="no JSON"),
            pytest.param(NewJob(kind="test.probe", payload={"note": "x" * 300_000}), id="too large"),
            pytest.param(NewJob(kind="test.probe", payload={}, dedupe_key="k"), id="kind without uniqueness"),
            pytest.param(NewJob(kind="test.once", payload={}, dedupe_key=""), id="blank key"),
            pytest.param(NewJob(kind="test.once", payload={}, dedupe_key="x" * 501), id="long key"),
            pytest.param(NewJob(kind="test.once", payload={}, dedupe_key="a\x00"), id="NUL in key"),
            pytest.param(NewJob(kind="test.probe", payload={}, priority=40_000), id="priority"),
            pytest.param(
                NewJob(kind="test.probe", payload={}, run_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - the case
                id="naive time",
            ),
        ],
    )
    def test_refused(self, queue: Queue, job: NewJob) -> None:
        """What cannot be stored or run is refused before anything is stored."""
        queue.handle("test.once", uniqueness=Uniqueness.WHILE_ACTIVE)

        with pytest.raises(InvalidPayload):
            queue.put_all([NewJob(kind="test.probe", payload={}), job])

        assert queue.statuses() == {}

    def test_unknown_kind(self, queue: Queue) -> None:
        with pytest.raises(UnknownJobKind):
            queue.put("test.unheard_of")

    def test_values_stay_out_of_messages(self, queue: Queue) -> None:
        with pytest.raises(InvalidPayload) as caught:
            queue.put(payload={"note": {"password": "hunter2"}})

        assert "hunter2" not in caught.value.message

    def test_times(self, queue: Queue) -> None:
        """Due in the past or now: pending; later: scheduled, by the database's clock."""
        past = queue.put(run_at=datetime.now(UTC) - timedelta(hours=1))
        queue.database.shift_clock(timedelta(hours=-2))
        future = queue.put(run_at=datetime.now(UTC) - timedelta(hours=1))

        assert tuple(queue.job(one.job_id)["status"] for one in (past, future)) == ("pending", "scheduled")


@given(st.text(alphabet="\\u0a\x00", max_size=12))
def test_nul_is_found_and_nothing_else(text: str) -> None:
    """The NUL check says yes exactly when the text has a NUL, however many backslashes stand before it."""
    stored = ProbePayload(note=text).model_dump_json().encode()

    assert ("\x00" in text) == bool(NUL.search(stored))
