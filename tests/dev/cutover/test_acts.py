"""The acts: each fails where what it shows does not happen."""

import pytest

from dev.cutover.acts import back, cut_over, inline, silent
from dev.cutover.play import Play, RehearsalFailed
from dev.cutover.verification import verify
from tests.dev.cutover.conftest import MakePlay


def performed(play: Play) -> Play:
    """At the end of the first act, with every window for Inngest."""
    inline(play)
    play.type("rollout", "set", "100", "--why", "all")
    return play


class TestSilent:
    def test_it_measures_how_long_it_took(self, play: Play) -> None:
        silent(performed(play))
        assert play.figures["silentToRecovered"] in (3, 4)
        assert play.figures["silentToRolledBack"] in (4, 5, 6)
        assert verify(play.world.books, play.world.outbox) == []

    def test_a_tick_that_finds_two_windows_undone_at_once(self, play: Play) -> None:
        """Late in its window, it finds one more than on time, and takes all back before it decides."""
        performed(play)
        next_to_fail = play.windows_played + 2

        class Late(Play):
            def pass_window(self) -> None:
                super().pass_window()
                if self.windows_played == next_to_fail + 4:
                    self.world.clock.engine.advance(2.0)

        late = Late(world=play.world, narrator=play.narrator, windows_played=play.windows_played)
        silent(late)
        assert (late.figures["silentToRecovered"], late.figures["silentToRolledBack"]) == (4, 4)
        assert verify(play.world.books, play.world.outbox) == []

    def test_without_a_recovery_it_fails(self, make_play: MakePlay) -> None:
        play = performed(make_play(BACKGROUND_JOBS_DISPATCH_GRACE_SECONDS="86400"))
        with pytest.raises(RehearsalFailed, match="a recovery did not come within 15 windows"):
            silent(play)


class TestCutOver:
    def test_without_evidence_it_fails(self, make_play: MakePlay, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stage that asks for a week does not advance by itself."""
        monkeypatch.setattr("dev.cutover.acts.STAGE_AT_MOST", 20)
        play = make_play(BACKGROUND_JOBS_ROLLOUT_MIN_MINUTES="10080")
        inline(play)
        with pytest.raises(RehearsalFailed, match="5 % did not come within 20 windows"):
            cut_over(play)


class TestBack:
    def test_the_very_next_tick_is_inline(self, play: Play) -> None:
        back(performed(play))
        assert [str(answer) for answer in play.answers[-7:-5]] == [
            "inngest (enabled)",
            "inline (control_inline)",
        ]
        assert verify(play.world.books, play.world.outbox) == []

    def test_a_window_that_was_not_sent_shows_nothing(self, make_play: MakePlay) -> None:
        """The flag is off: the act must not pass for having shown the way back."""
        play = make_play(BACKGROUND_JOBS_USE_INNGEST="false")
        with pytest.raises(RehearsalFailed, match="was to be sent"):
            back(play)


class TestPlay:
    def test_a_command_that_goes_wrong(self, play: Play) -> None:
        with pytest.raises(RehearsalFailed, match="`flask rollout set 101 --why x` ended with 2"):
            play.type("rollout", "set", "101", "--why", "x")

    def test_drafts_that_are_not_there(self, play: Play) -> None:
        with pytest.raises(RehearsalFailed, match="1 drafts were to be released, and 0 are pending"):
            play.release_drafts(1)

    def test_a_tick_that_fails(self, play: Play) -> None:
        play.type("rollout", "back", "--why", "inline")
        play.world.books.run("ALTER TABLE runs RENAME TO runs_away")
        try:
            with pytest.raises(RehearsalFailed, match="a tick answered 500"):
                play.tick()
        finally:
            play.world.books.run("ALTER TABLE runs_away RENAME TO runs")
