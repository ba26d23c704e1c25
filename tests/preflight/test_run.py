import threading
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from lib.errors import StoreUnavailable
from lib.preflight import run
from lib.preflight.check import Check, CheckName, CheckVerdict, ok
from lib.preflight.run import preflight
from lib.preflight.subject import Subject
from lib.services import Services


@pytest.fixture
def subject(services: Services) -> Subject:
    return Subject(services=services, registration=None, instances=1)


def well(_subject: Subject) -> Check:
    return ok(CheckName.FLAG, "seen")


def raises(error: Exception) -> Callable[[Subject], Check]:
    def look(_subject: Subject) -> Check:
        raise error

    return look


class TestACheckThatFails:
    """The others are made all the same."""

    @pytest.mark.parametrize(
        ("error", "seen"),
        [
            (ValueError("with a secret"), "The check broke (ValueError)."),
            (StoreUnavailable(), str(StoreUnavailable())),
        ],
        ids=["a fault of ours", "one that is known"],
    )
    def test_cannot_know_and_is_logged(self, subject: Subject, error: Exception, seen: str) -> None:
        with capture_logs() as logs:
            broken, other = preflight(
                subject, checks=[(CheckName.QUEUE, raises(error)), (CheckName.FLAG, well)]
            )
        assert (broken.name, broken.verdict, broken.seen) == (
            CheckName.QUEUE,
            CheckVerdict.CANNOT_KNOW,
            seen,
        )
        assert other.verdict is CheckVerdict.OK
        assert [(log["event"], log["check"], log["error_class"]) for log in logs] == [
            ("preflight.check_failed", "queue", type(error).__name__)
        ]


class TestTime:
    @pytest.fixture
    def hangs(self) -> Callable[[Subject], Check]:
        over = threading.Event()

        def look(subject: Subject) -> Check:
            over.wait(5)
            return well(subject)

        return look

    def test_one_that_hangs_is_given_up(
        self, subject: Subject, hangs: Callable[[Subject], Check], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run, "CHECK_SECONDS", 0.1)
        hung, other = preflight(subject, checks=[(CheckName.QUEUE, hangs), (CheckName.FLAG, well)])
        assert (hung.verdict, other.verdict) == (CheckVerdict.CANNOT_KNOW, CheckVerdict.OK)

    def test_the_whole_ends(
        self, subject: Subject, hangs: Callable[[Subject], Check], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What there was no time for is not said to be well."""
        monkeypatch.setattr(run, "IN_ALL_SECONDS", 0.1)
        hung, left_out = preflight(subject, checks=[(CheckName.QUEUE, hangs), (CheckName.FLAG, well)])
        assert hung.verdict is CheckVerdict.CANNOT_KNOW
        assert (left_out.verdict, left_out.seen) == (
            CheckVerdict.CANNOT_KNOW,
            "The checks before it took all the time.",
        )
