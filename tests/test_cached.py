import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from lib.cached import Cached
from tests.conftest import FakeClock


def test_is_made_anew_when_it_is_old(clock: FakeClock) -> None:
    numbers = count()
    cached = Cached(clock, 5.0, lambda: next(numbers))
    assert [cached.get(), cached.get()] == [0, 0]
    clock.advance(4.9)
    assert cached.get() == 0
    clock.advance(0.1)
    assert cached.get() == 1


def test_one_makes_it_for_all(clock: FakeClock) -> None:
    numbers = count()
    together = threading.Barrier(4)
    cached = Cached(clock, 5.0, lambda: next(numbers))

    def ask(_: int) -> int:
        together.wait(10)
        return cached.get()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [0, 0, 0, 0]


def test_a_failure_is_not_kept(clock: FakeClock) -> None:
    answers = iter([ZeroDivisionError, None])

    def make() -> str:
        if failure := next(answers):
            raise failure
        return "made"

    cached = Cached(clock, 5.0, make)
    with pytest.raises(ZeroDivisionError):
        cached.get()
    assert cached.get() == "made"
