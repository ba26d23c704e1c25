"""Which stage follows which."""

import pytest

from lib.rollout.stages import next_stage


@pytest.mark.parametrize(
    ("percent", "following"),
    [(0, 5), (4, 5), (5, 25), (10, 25), (25, 100), (99, 100), (100, None)],
)
def test_the_next_larger_one(percent: int, following: int | None) -> None:
    assert next_stage(percent) == following
