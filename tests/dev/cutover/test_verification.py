"""What the verification finds; each control run breaks one thing behind the app's back."""

from datetime import timedelta

import pytest

from dev.cutover.play import Play
from dev.cutover.stub import Health
from dev.cutover.terms import BOUND
from dev.cutover.verification import slowest, verify
from tests.dev.cutover.conftest import MakePlay

SUCCEEDED = "SELECT max(job_id) FROM books.ends WHERE status = 'succeeded'"
PENDING = "SELECT max(id) FROM jobs WHERE status = 'pending'"


def wrong(play: Play) -> list[str]:
    return verify(play.world.books, play.world.outbox)


def job(play: Play, query: str) -> int:
    ((found,),) = play.world.books.rows(query)
    assert isinstance(found, int)
    return found


def enqueue(play: Play) -> int:
    """A due job's id."""
    play.type("jobs", "enqueue", "--kind", "system.noop", "--payload", "{}")
    return job(play, PENDING)


def work(play: Play) -> None:
    """All of the rehearsal's work, inline: jobs, mail and two ticks."""
    play.type("rollout", "back", "--why", "inline")
    play.type("inbox", "import", "samples/mail", codes=(7,))
    play.windows(1)
    play.release_drafts(2)
    play.windows(1)


class TestWell:
    def test_nothing_is_wrong(self, play: Play) -> None:
        work(play)
        assert wrong(play) == []
        assert (slowest(play.world.books.ticks()) or BOUND) < timedelta(seconds=30)

    def test_empty_books_prove_nothing(self, play: Play) -> None:
        assert wrong(play) == ["no job came in: the books are empty"]

    def test_what_retention_removes_is_not_lost(self, play: Play) -> None:
        work(play)
        play.world.books.run("DELETE FROM jobs")
        assert wrong(play) == []


class TestJobs:
    @pytest.fixture(autouse=True)
    def worked(self, play: Play) -> None:
        work(play)

    def test_a_row_that_is_gone(self, play: Play) -> None:
        lost = enqueue(play)
        play.world.books.run("DELETE FROM jobs WHERE id = %s", lost)
        play.windows(1)
        assert wrong(play) == [f"job {lost} (system.noop) was lost: it never ended"]

    def test_one_that_nobody_did(self, play: Play) -> None:
        """Its row says that it succeeded."""
        lost = enqueue(play)
        play.world.books.run("UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE id = %s", lost)
        assert wrong(play) == [f"job {lost} (system.noop) was lost: it ended, and nobody did it"]

    def test_one_done_twice(self, play: Play) -> None:
        """Its row has the one end that rows can have."""
        doubled = job(play, SUCCEEDED)
        play.world.books.run("UPDATE jobs SET status = 'pending', finished_at = NULL WHERE id = %s", doubled)
        play.windows(1)
        name = f"job {doubled} (system.noop) was doubled"
        assert wrong(play) == [f"{name}: it ended 2 times", f"{name}: it was done 2 times"]

    def test_one_given_up(self, play: Play) -> None:
        play.type("jobs", "enqueue", "--kind", "system.noop", "--payload", '{"fail": "permanent"}')
        dead = job(play, PENDING)
        play.windows(1)
        assert wrong(play) == [f"job {dead} (system.noop) was given up"]


class TestMails:
    @pytest.fixture(autouse=True)
    def worked(self, play: Play) -> None:
        work(play)

    def test_one_that_lies_there_twice(self, play: Play) -> None:
        file = min((play.world.outbox / "new").iterdir())
        file.with_name("again").write_bytes(file.read_bytes())
        (found,) = wrong(play)
        assert found.endswith("was doubled: it was sent 2 times")

    def test_one_handed_over_twice(self, play: Play) -> None:
        """The outbox shows one: it takes the same Message-ID only once."""
        play.world.books.note_mail(play.world.books.mails()[0])
        (found,) = wrong(play)
        assert found.endswith("was doubled: it was sent 2 times")

    def test_one_that_is_gone(self, play: Play) -> None:
        min((play.world.outbox / "new").iterdir()).unlink()
        (found,) = wrong(play)
        assert found.endswith("was lost: it is not in the outbox")

    def test_one_that_nobody_released(self, play: Play) -> None:
        (play.world.outbox / "new" / "stranger").write_bytes(b"Message-ID: <a@b.example>\r\n\r\nHello")
        assert wrong(play) == ["mail <a@b.example> was sent, and nobody had released its draft"]


class TestTicks:
    @pytest.fixture(autouse=True)
    def inline(self, play: Play) -> None:
        play.type("rollout", "back", "--why", "inline")

    def test_one_whose_maintenance_was_never_done(self, play: Play) -> None:
        answer = play.windows(1)[0]
        play.world.tick()
        play.world.books.run("DELETE FROM books.pruned WHERE at = (SELECT min(at) FROM books.pruned)")
        assert wrong(play) == [f"tick {answer.body['dispatchKey']} was lost: its maintenance was never done"]

    def test_one_that_was_late(self, play: Play) -> None:
        answer = play.windows(1)[0]
        play.world.books.run("UPDATE books.ticks SET at = at - %s", BOUND + timedelta(seconds=5))
        key = answer.body["dispatchKey"]
        assert [one.rpartition(" took")[0] for one in wrong(play)] == [
            f"tick {key} was late: its {name}" for name in ("process", "maintenance")
        ]

    def test_a_run_that_is_left(self, play: Play) -> None:
        play.windows(1)
        play.world.books.run(
            "UPDATE runs SET status = 'running', finished_at = NULL"
            " WHERE job_name = 'process-background-jobs'"
        )
        (found,) = wrong(play)
        assert found.endswith("of process-background-jobs (inline) was left running")


class TestWithoutTheWatchdog:
    def test_a_silent_engine_loses_ticks(self, make_play: MakePlay) -> None:
        """A grace of a day takes the recovery away: then nobody does what was accepted."""
        play = make_play(BACKGROUND_JOBS_DISPATCH_GRACE_SECONDS="86400")
        play.world.stub.become(Health.SILENT)
        answers = play.windows(3)
        lost = [one for one in wrong(play) if one.startswith("tick")]
        assert lost == [
            f"tick {answer.body['dispatchKey']} was lost: its {name} was never done"
            for answer in answers
            for name in ("process", "maintenance")
        ]
