import random

from hypothesis import given
from hypothesis import strategies as st

from dev.engine.identifiers import job_id, queue_item_id, ulid

MILLISECONDS = st.integers(0, 2**48 - 1)
ENTROPY = st.integers(0, 2**80 - 1)


class TestUlid:
    def test_of_the_recordings(self) -> None:
        """The time in a recorded event's id is the event's."""
        assert ulid(1_795_468_396_932, 0)[:10] == "01M85432C4"

    @given(MILLISECONDS, MILLISECONDS, ENTROPY)
    def test_sorts_by_time(self, earlier: int, later: int, entropy: int) -> None:
        """Law: a later time sorts behind, and every id has 26 characters."""
        first, second = ulid(min(earlier, later), entropy), ulid(max(earlier, later), entropy)
        assert (first <= second, 26, 26) == (True, len(first), len(second))


class TestQueueItem:
    def test_as_recorded(self) -> None:
        assert queue_item_id("fs4nj9y9djq2") == "ZnM0bmo5eTlkanEyOjpkZWZhdWx0"

    def test_jobs_differ(self) -> None:
        chance = random.Random(1)
        assert len({job_id(chance) for _ in range(1000)}) == 1000
