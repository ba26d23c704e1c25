import threading
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from lib.jobs.claim import IN_ORDER, PLAIN, ROTATING, SUSPECT, Claimer
from lib.jobs.enqueue import NewJob
from lib.jobs.job import ClaimedJob
from lib.rollout.controls import Paused
from tests.conftest import Database
from tests.jobs.conftest import Queue

NOBODY = UUID(int=0)
NOTHING_PAUSED = Paused()


def claim(
    queue: Queue, batch: int, *, claimer: Claimer | None = None, paused: Paused = NOTHING_PAUSED
) -> list[ClaimedJob]:
    claimer = claimer or Claimer(holder="test", lease_ms=60_000, start=NOBODY)
    with queue.services.store.transaction() as connection:
        return claimer.claim(connection, batch, paused)


def claim_suspect(queue: Queue, paused: Paused = NOTHING_PAUSED) -> list[ClaimedJob]:
    claimer = Claimer(holder="test", lease_ms=60_000, start=NOBODY)
    with queue.services.store.transaction() as connection:
        return claimer.claim_suspect(connection, paused)


def fill(queue: Queue, workspace: UUID | None, count: int) -> list[int]:
    made = queue.put_all([NewJob(kind="test.probe", payload={}, workspace_id=workspace)] * count)
    return [one.job_id for one in made]


class TestClaim:
    def test_lease(self, queue: Queue) -> None:
        """A claim gives a lease by the database's clock and a token of its own to each job."""
        fill(queue, None, 2)
        queue.database.shift_clock(timedelta(hours=-5))

        jobs = claim(queue, 5)

        rows = queue.database.rows(
            "SELECT id, lease_token, leased_by, status, started_at,"
            " lease_expires_at - everytick_now() BETWEEN interval '50 s' AND interval '1 min'"
            " FROM jobs ORDER BY id"
        )
        assert rows == [(job.id, job.token, "test", "running", None, True) for job in jobs]
        assert len({job.token for job in jobs}) == 2

    def test_never_more_than_the_batch(self, queue: Queue) -> None:
        """No statement locks or leases more than it was asked for."""
        for number in range(7):
            fill(queue, queue.workspace(f"w{number}"), 10)
        for batch in (1, 3, 7, 20):
            assert len(claim(queue, batch)) == batch
        assert queue.statuses() == {"running": 31, "pending": 39}

    def test_a_backlog_delays_nobody_by_more_than_a_batch(self, queue: Queue) -> None:
        """A has 10,000 due jobs, all older than B's single one: B's is in the first batch (failure D14)."""
        hog, small = queue.workspace("hog"), queue.workspace("small")
        fill(queue, hog, 10_000)
        (single,) = fill(queue, small, 1)

        for batch, start in ((2, NOBODY), (20, hog), (100, small), (2, UUID(int=2**128 - 1))):
            claimer = Claimer(holder="test", lease_ms=60_000, start=start)
            with (
                queue.services.store.transaction() as connection,
                connection.transaction(force_rollback=True),
            ):
                assert single in [job.id for job in claimer.claim(connection, batch, NOTHING_PAUSED)]

    def test_shares_are_even(self, queue: Queue) -> None:
        """By rank: each workspace's first, then each one's second; always, not by a setting (failure L9)."""
        spaces = [queue.workspace(name) for name in "abc"]
        for space in spaces:
            fill(queue, space, 50)

        shares = Counter(job.workspace_id for job in claim(queue, 30))

        assert shares == dict.fromkeys(spaces, 10)

    def test_rotation(self, queue: Queue) -> None:
        """With more workspaces than a batch takes, the walk goes on where it ended, and round."""
        spaces = sorted(queue.workspace(f"w{number}") for number in range(5))
        for space in spaces:
            fill(queue, space, 4)
        claimer = Claimer(holder="test", lease_ms=60_000, start=spaces[1])

        visited = [[job.workspace_id for job in claim(queue, 2, claimer=claimer)] for _ in range(5)]

        order = [spaces[2], spaces[3], spaces[4], *spaces, spaces[0], spaces[1]]
        assert [space for batch in visited for space in batch] == order

    def test_order_within_a_workspace(self, queue: Queue) -> None:
        """Priority first, then run_at, then id; priority counts for nothing against another workspace."""
        mine, other = queue.workspace("mine"), queue.workspace("other")
        now = queue.database.value("SELECT everytick_now()")
        late = queue.put(workspace_id=mine, run_at=now).job_id
        early = queue.put(workspace_id=mine, run_at=now - timedelta(hours=1)).job_id
        urgent = queue.put(workspace_id=mine, priority=5).job_id
        modest = queue.put(workspace_id=other, priority=-5).job_id

        assert {job.id for job in claim(queue, 2)} == {urgent, modest}
        assert [job.id for job in claim(queue, 2)] == [early, late]

    def test_jobs_of_no_workspace_are_one_bucket(self, queue: Queue) -> None:
        space = queue.workspace("a")
        fill(queue, None, 10)
        fill(queue, space, 10)

        assert Counter(job.workspace_id for job in claim(queue, 10)) == {None: 5, space: 5}

    def test_not_due_is_not_claimed(self, queue: Queue) -> None:
        queue.put(run_at=queue.database.value("SELECT everytick_now() + interval '1 second'"))
        assert claim(queue, 5) == []

    def test_claimers_never_share_a_job(self, queue: Queue) -> None:
        """Four at once over one backlog: each job goes to one of them, and none is left."""
        for number in range(5):
            fill(queue, queue.workspace(f"w{number}"), 100)
        taken: list[list[int]] = [[] for _ in range(4)]
        ready = threading.Barrier(4)

        def work(mine: list[int], start: int) -> None:
            claimer = Claimer(holder=f"test {start}", lease_ms=60_000, start=UUID(int=start << 126))
            ready.wait()
            while jobs := claim(queue, 7, claimer=claimer):
                mine.extend(job.id for job in jobs)

        threads = [threading.Thread(target=work, args=(mine, number)) for number, mine in enumerate(taken)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        together = [job_id for mine in taken for job_id in mine]
        assert len(together) == len(set(together))
        left = claim(queue, 500)
        assert sorted(together + [job.id for job in left]) == list(range(1, 501))

    def test_locked_rows_are_passed_over(self, queue: Queue) -> None:
        """Another claimer's uncommitted choice is not waited for, and the claim still finds others."""
        ids = fill(queue, None, 10)
        with queue.services.store.transaction() as other:
            other.execute("SELECT id FROM jobs WHERE id <= 4 FOR UPDATE")
            assert [job.id for job in claim(queue, 4)] == ids[4:8]


class TestSuspect:
    def test_apart_from_the_others(self, queue: Queue) -> None:
        """A job with crashes is never in a batch; suspects come one at a time, oldest first (failure L7)."""
        ids = fill(queue, None, 4)
        queue.database.run("UPDATE jobs SET crashes = 1 WHERE id IN (%s, %s)", ids[1], ids[2])

        assert [job.id for job in claim(queue, 10)] == [ids[0], ids[3]]
        assert [[job.id for job in claim_suspect(queue)] for _ in range(3)] == [[ids[1]], [ids[2]], []]


class TestPaused:
    def test_kinds_and_workspaces(self, queue: Queue) -> None:
        queue.handle("test.other")
        paused_space, open_space = queue.workspace("a"), queue.workspace("b")
        fill(queue, paused_space, 30)
        (wanted,) = fill(queue, open_space, 1)
        queue.put("test.other", workspace_id=open_space)
        queue.database.run("INSERT INTO jobs (kind, status, crashes) VALUES ('test.other', 'pending', 1)")
        paused = Paused(kinds=frozenset({"test.other"}), workspaces=frozenset({paused_space}))

        assert [job.id for job in claim(queue, 10, paused=paused)] == [wanted]
        assert claim(queue, 10, paused=paused) == []
        assert claim_suspect(queue, paused) == []

    def test_paused_workspaces_use_up_no_width(self, queue: Queue) -> None:
        """However many are paused, the walk reaches those that are not."""
        spaces = sorted(queue.workspace(f"w{number}") for number in range(20))
        for space in spaces:
            fill(queue, space, 3)
        paused = Paused(workspaces=frozenset(spaces) - {spaces[9], spaces[17]})

        assert {job.workspace_id for job in claim(queue, 2, paused=paused)} == {spaces[9], spaces[17]}


class TestPlan:
    """The plan of the claim, pinned: index walks only, whatever the statistics say."""

    @pytest.fixture(
        params=[
            pytest.param("ANALYZE jobs", id="20,000 due"),
            pytest.param("SELECT 1", id="never analysed"),
            pytest.param(
                "UPDATE jobs SET status = 'succeeded', finished_at = everytick_now(); ANALYZE jobs;"
                " UPDATE jobs SET status = 'pending', finished_at = NULL",
                id="analysed while all were done",
            ),
        ]
    )
    def crowded(self, queue: Queue, request: pytest.FixtureRequest) -> Database:
        database = queue.database
        database.run("INSERT INTO workspaces (name) SELECT 'w' || n FROM generate_series(1, 50) AS n")
        database.run(
            "INSERT INTO jobs (workspace_id, kind, status, run_at)"
            " SELECT (SELECT id FROM workspaces WHERE name = 'w' || greatest(1, n - 19950)), 'test.probe',"
            " 'pending', everytick_now() - n * interval '1 second' FROM generate_series(1, 20000) AS n"
        )
        for statement in request.param.split(";"):
            database.run(statement)
        return database

    def test_indexes_in_their_order(self, crowded: Database) -> None:
        for batch in (1, 20, 100):
            assert set(_scans(crowded, ROTATING, batch)) == {"jobs_claimable", "jobs_pkey"}
        assert set(_scans(crowded, PLAIN, 20)) == {"jobs_oldest_due", "jobs_pkey"}
        assert set(_scans(crowded, SUSPECT, 1)) == {"jobs_suspect", "jobs_pkey"}


def _scans(database: Database, statement: str, batch: int) -> list[str]:
    """How the plan of `statement` reads the table: index names, or the node's type where it uses none."""
    parameters = {
        "batch": batch,
        "cursor": str(NOBODY),
        "holder": "test",
        "lease_ms": 1,
        "paused_kinds": [],
        "paused_workspaces": [],
    }
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if node.get("Relation Name") == "jobs" and node["Node Type"] != "ModifyTable":
            found.append(node.get("Index Name", node["Node Type"]))
        for child in node.get("Plans", ()):
            walk(child)

    with psycopg.connect(database.url, prepare_threshold=None) as connection:
        connection.execute(IN_ORDER, {"sort": "on" if statement is ROTATING else "off"})
        ((plans,),) = connection.execute(f"EXPLAIN (FORMAT json) {statement}".encode(), parameters).fetchall()
    walk(plans[0]["Plan"])
    return found
