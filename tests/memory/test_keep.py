"""Tests of lib/memory/keep.py: each (scope, category, content) is stored once, and the later time counts."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest

from lib.memory.decision import ProposalDecision, ProposalReason, ProposalVerdict
from lib.memory.entry import MemoryScope
from lib.memory.keep import MOST_WAITING, Kept, KeptAs, Proposer, keep_proposals
from lib.services import Services
from tests import seed
from tests.conftest import Database

Keep = Callable[..., tuple[Kept, ...]]
ENTRIES = """
SELECT content, status, round(extract(epoch FROM expires_at - everytick_now()) / 86400)::int
FROM lead_memory_entries ORDER BY content
"""


def decision(
    content: str = "Works in Lisbon.",
    verdict: ProposalVerdict = ProposalVerdict.APPROVED,
    *,
    days: int = 30,
    scope: MemoryScope = MemoryScope.LEAD,
) -> ProposalDecision:
    return ProposalDecision(
        scope=scope,
        category="timezone",
        content=content,
        ttl_days=days,
        asked_ttl_days=days,
        confidence=0.9,
        verdict=verdict,
        reasons=(ProposalReason.POLICY_ALLOWS,),
    )


PENDING = decision(verdict=ProposalVerdict.PENDING)
REFUSED = decision(verdict=ProposalVerdict.REFUSED)


@pytest.fixture
def proposer(database: Database) -> Proposer:
    workspace = seed.workspace(database)
    lead = seed.lead(database, workspace)
    run = seed.pipeline_run(database, seed.inbound(database, workspace, lead), days_ago=0)
    return Proposer(workspace_id=workspace, lead_id=lead, run_id=run)


@pytest.fixture
def keep(services: Services, proposer: Proposer) -> Keep:
    def keep(*decisions: ProposalDecision) -> tuple[Kept, ...]:
        with services.store.transaction() as connection:
            return keep_proposals(connection, decisions, proposer)

    return keep


class TestStored:
    def test_with_the_run_that_proposed_it(self, database: Database, keep: Keep, proposer: Proposer) -> None:
        (kept,) = keep(decision())
        assert kept.kept_as is KeptAs.STORED
        assert database.rows(
            "SELECT id, lead_id, source, status, confidence, proposed_by_run FROM lead_memory_entries"
        ) == [(kept.entry_id, proposer.lead_id, "INFERENCE", "APPROVED", 0.9, proposer.run_id)]

    def test_of_the_workspace_in_its_own_table(self, database: Database, keep: Keep) -> None:
        keep(decision(scope=MemoryScope.WORKSPACE), decision())
        assert database.value("SELECT count(*) FROM workspace_memory_entries") == 1
        assert database.value("SELECT count(*) FROM lead_memory_entries") == 1

    def test_what_is_refused_is_not(self, database: Database, keep: Keep) -> None:
        (kept,) = keep(REFUSED)
        assert (kept.kept_as, kept.entry_id) == (KeptAs.REFUSED, None)
        assert database.value("SELECT count(*) FROM lead_memory_entries") == 0

    def test_the_answer_is_in_the_order_asked(self, keep: Keep) -> None:
        asked = (decision("b"), REFUSED, decision("a"))
        assert [one.decision for one in keep(*asked)] == list(asked)


class TestTheSameAgain:
    @pytest.mark.parametrize(
        ("first", "second", "kept_as", "left"),
        [
            pytest.param(
                decision(days=30), decision(days=60), KeptAs.RENEWED, ("APPROVED", 60), id="later time counts"
            ),
            pytest.param(
                decision(days=30),
                decision(days=10),
                KeptAs.KNOWN,
                ("APPROVED", 30),
                id="earlier one does not",
            ),
            pytest.param(
                PENDING, decision(days=10), KeptAs.RENEWED, ("APPROVED", 30), id="policy now approves it"
            ),
            pytest.param(
                decision(days=10),
                PENDING,
                KeptAs.KNOWN,
                ("APPROVED", 10),
                id="doubt neither ends nor prolongs",
            ),
        ],
    )
    def test_is_one_entry(
        self,
        database: Database,
        keep: Keep,
        first: ProposalDecision,
        second: ProposalDecision,
        kept_as: KeptAs,
        left: tuple[str, int],
    ) -> None:
        before = keep(first)
        after = keep(second)
        assert (after[0].kept_as, after[0].entry_id) == (kept_as, before[0].entry_id)
        assert database.rows(ENTRIES) == [("Works in Lisbon.", *left)]

    @pytest.mark.parametrize("source", ["MANUAL", "SYSTEM"])
    def test_what_a_person_or_the_system_wrote_stays(
        self, database: Database, keep: Keep, source: str
    ) -> None:
        keep(decision())
        database.run("UPDATE lead_memory_entries SET source = %s, expires_at = NULL", source)
        assert keep(decision(days=90))[0].kept_as is KeptAs.KNOWN
        assert database.rows(ENTRIES) == [("Works in Lisbon.", "APPROVED", None)]

    def test_what_a_person_rejected_stays_rejected(self, database: Database, keep: Keep) -> None:
        keep(PENDING)
        database.run("UPDATE lead_memory_entries SET status = 'REJECTED', expires_at = NULL")
        assert keep(decision())[0].kept_as is KeptAs.REJECTED_BEFORE
        assert database.rows(ENTRIES) == [("Works in Lisbon.", "REJECTED", None)]

    def test_what_is_past_its_time_begins_anew(self, database: Database, keep: Keep) -> None:
        """An entry that waits to be pruned is no reason to forget what was said today."""
        keep(decision())
        database.run(
            "UPDATE lead_memory_entries SET expires_at = everytick_now() - interval '1 hour',"
            " created_at = everytick_now() - interval '90 days', decided_by = 'cli:ops'"
        )
        assert keep(PENDING)[0].kept_as is KeptAs.RENEWED
        assert database.rows(ENTRIES) == [("Works in Lisbon.", "PENDING", 30)]
        assert database.rows(
            "SELECT decided_by, created_at > everytick_now() - interval '1 day' FROM lead_memory_entries"
        ) == [(None, True)]

    def test_of_another_lead_is_another(
        self, services: Services, database: Database, keep: Keep, proposer: Proposer
    ) -> None:
        keep(decision())
        other = seed.lead(database, proposer.workspace_id, "other@example.com")
        with services.store.transaction() as connection:
            keep_proposals(
                connection,
                (decision(),),
                Proposer(workspace_id=proposer.workspace_id, lead_id=other, run_id=proposer.run_id),
            )
        assert len(database.rows(ENTRIES)) == 2


class TestCrowded:
    @pytest.mark.parametrize("scope", MemoryScope)
    def test_only_so_many_wait_for_a_person(
        self, keep: Keep, monkeypatch: pytest.MonkeyPatch, scope: MemoryScope
    ) -> None:
        """Whoever writes mail after mail fills neither the tables nor a person's list."""
        monkeypatch.setitem(MOST_WAITING, scope, 2)
        waiting = [decision(str(n), ProposalVerdict.PENDING, scope=scope) for n in range(3)]
        assert [one.kept_as for one in keep(*waiting)] == [KeptAs.STORED, KeptAs.STORED, KeptAs.CROWDED]
        assert [one.kept_as for one in keep(*waiting)] == [KeptAs.KNOWN, KeptAs.KNOWN, KeptAs.CROWDED]
        assert keep(decision("approved", scope=scope))[0].kept_as is KeptAs.STORED

    def test_what_is_past_its_time_waits_no_more(
        self, database: Database, keep: Keep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(MOST_WAITING, MemoryScope.LEAD, 1)
        keep(PENDING)
        database.run("UPDATE lead_memory_entries SET expires_at = everytick_now()")
        assert keep(decision("b", ProposalVerdict.PENDING))[0].kept_as is KeptAs.STORED


class TestAtOnce:
    def test_two_runs_that_say_the_same_store_it_once(self, database: Database, keep: Keep) -> None:
        """Whatever the order in which each says it: neither fails, and each entry is there once."""
        contents = [f"Fact {number}." for number in range(10)]
        decisions = [decision(content) for content in contents]
        start = threading.Barrier(4)
        kept: list[tuple[Kept, ...]] = []

        def one(order: list[ProposalDecision]) -> None:
            start.wait(10)
            kept.append(keep(*order))

        orders = [decisions, decisions[::-1], decisions[5:] + decisions[:5], decisions]
        threads = [threading.Thread(target=one, args=(order,)) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert [content for content, _, _ in database.rows(ENTRIES)] == contents
        stored = [one.entry_id for held in kept for one in held if one.kept_as is KeptAs.STORED]
        assert len(kept) == 4
        assert len(stored) == len(set[UUID | None](stored)) == 10
