"""The rehearsal's time: database, app and engine agree, and each jump leads a second into a window."""

from datetime import timedelta

from dev.cutover.clock import INTO_WINDOW_SECONDS
from dev.cutover.play import Play
from dev.cutover.terms import WINDOW_SECONDS

NEAR = timedelta(seconds=5)
"""What a busy machine takes between two readings."""


class TestRehearsalClock:
    def test_all_clocks_agree(self, play: Play) -> None:
        for _ in range(3):
            play.world.next_window()
            clock = play.world.clock
            assert abs(play.world.books.now() - clock.now()) < NEAR
            assert abs(clock.engine.now() - clock.now()) < NEAR

    def test_each_jump_is_a_window(self, play: Play) -> None:
        clock = play.world.clock
        before = clock.engine.now()
        play.world.next_window()
        assert clock.engine.now() - before == timedelta(seconds=WINDOW_SECONDS)
        assert round(clock.engine.now().timestamp() % WINDOW_SECONDS, 3) == INTO_WINDOW_SECONDS
