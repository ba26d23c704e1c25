"""The app over HTTP on loopback."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import requests

from dev.cutover.play import Play


class TestEndpoint:
    def test_it_is_where_the_app_says_that_it_is(self, play: Play) -> None:
        """By the rehearsal's time, which is far ahead of the machine's."""
        for _ in range(10):
            play.world.next_window()
        origin = play.world.services.settings.inngest_serve_origin
        answer = requests.get(f"{origin}/api/health", timeout=10)
        assert answer.json() == {"ok": True}
        dated = parsedate_to_datetime(answer.headers["date"])
        assert abs(dated - play.world.clock.now()) < timedelta(seconds=5)
