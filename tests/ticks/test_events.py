import json
from datetime import UTC, datetime

from lib.ticks.events import Dispatch, TickSource, tick_events
from lib.ticks.window import window_at

CAME = datetime(2026, 11, 23, 19, 50, 42, 250_000, tzinfo=UTC)
KEY = "background-jobs:v1:60:2026-11-23T19:50:00Z"


def dispatch(generation: int = 0) -> Dispatch:
    return Dispatch(
        window=window_at(CAME, 60),
        generation=generation,
        source=TickSource.CRON,
        requested_at=CAME,
        correlation_id="c0ffee",
    )


class TestTickEvents:
    def test_one_for_each_responsibility(self) -> None:
        """Prefixes and hash of design §5, computed by `sha256sum`."""
        assert [(e.name, e.id) for e in tick_events(dispatch())] == [
            ("background/process.requested", "bg-process:7d73bc7a8983294955ca78fb"),
            ("background/maintenance.requested", "bg-maint:7d73bc7a8983294955ca78fb"),
        ]

    def test_data_is_what_the_contract_says(self) -> None:
        for event in tick_events(dispatch()):
            assert json.loads(json.dumps(event.data)) == {
                "source": "cron",
                "requestedAt": "2026-11-23T19:50:42.250Z",
                "dispatchKey": KEY,
                "generation": 0,
                "correlationId": "c0ffee",
                "windowStart": "2026-11-23T19:50:00.000Z",
                "windowSeconds": 60,
            }

    def test_a_redispatch_has_a_key_and_ids_of_its_own(self) -> None:
        """Failure L23: the same would be swallowed for 24 h (design §5)."""
        events = tick_events(dispatch(generation=2))
        assert {event.data["dispatchKey"] for event in events} == {f"{KEY}:g2"}
        assert {event.data["generation"] for event in events} == {2}
        assert [event.id for event in events] == [
            "bg-process:d26ac70b7d56b12aeb462e49",
            "bg-maint:d26ac70b7d56b12aeb462e49",
        ]

    def test_the_same_dispatch_has_the_same_ids(self) -> None:
        again = tick_events(dispatch())
        assert [event.id for event in again] == [event.id for event in tick_events(dispatch())]
