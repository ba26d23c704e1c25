from lib.jobs.summary import StoppedBecause, Tally


def test_public_names() -> None:
    """Exactly the names of design §7."""
    summary = Tally().summary(remaining=3, duration_ms=12, stopped_because=StoppedBecause.EMPTY)
    assert summary.as_json() == {
        "releasedStale": 0,
        "claimed": 0,
        "processed": 0,
        "succeeded": 0,
        "failed": 0,
        "retried": 0,
        "rescheduled": 0,
        "dead": 0,
        "skipped": 0,
        "remaining": 3,
        "durationMs": 12,
        "stoppedBecause": "empty",
    }


def test_reasons() -> None:
    assert {reason.value for reason in StoppedBecause} == {"empty", "limit", "budget", "shutdown"}


def test_processed_is_the_sum() -> None:
    tally = Tally()
    tally.add(succeeded=2, failed=1)
    tally.add(rescheduled=4, succeeded=1)
    summary = tally.summary(remaining=0, duration_ms=0, stopped_because=StoppedBecause.LIMIT)
    assert (summary.processed, summary.succeeded) == (8, 3)
