import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.services import Services
from lib.store.lease import Lease, LeaseHeld, LeaseName, release_lease, renew_lease, take_lease
from tests.conftest import Database

NAME = LeaseName.MAINTENANCE


def take(services: Services, holder: str, ttl_ms: int = 1_000) -> Lease:
    with services.store.transaction() as connection:
        return take_lease(connection, NAME, holder=holder, ttl_ms=ttl_ms)


def renew(services: Services, lease: Lease) -> bool:
    with services.store.transaction() as connection:
        return renew_lease(connection, lease, ttl_ms=1_000)


def release(services: Services, lease: Lease) -> bool:
    with services.store.transaction() as connection:
        return release_lease(connection, lease)


class TestTake:
    def test_keeps_others_out_while_it_is_alive(self, services: Services) -> None:
        take(services, "a")
        with pytest.raises(LeaseHeld):
            take(services, "b")

    def test_an_expired_lease_can_be_taken(self, services: Services, database: Database) -> None:
        """Failure D5: a holder that died without a word does not keep it for ever."""
        first = take(services, "a")
        database.shift_clock(timedelta(seconds=2))
        assert take(services, "b").token == first.token + 1

    def test_a_freed_lease_can_be_taken_at_once(self, services: Services) -> None:
        assert release(services, take(services, "a"))
        assert take(services, "b").token == 2

    def test_one_of_many_gets_it(self, services: Services) -> None:
        taken: list[str] = []

        def attempt(holder: str) -> None:
            try:
                take(services, holder)
            except LeaseHeld:
                return
            taken.append(holder)

        threads = [threading.Thread(target=attempt, args=(f"h{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert len(taken) == 1


class TestFencing:
    def test_a_holder_who_slept_knows_that_it_lost(self, services: Services, database: Database) -> None:
        """Failure L6: after its lease was taken a waking holder can neither renew nor free it."""
        slept = take(services, "a")
        database.shift_clock(timedelta(seconds=2))
        taken = take(services, "b")
        assert not renew(services, slept)
        assert not release(services, slept)
        assert renew(services, taken)


class TestLaw:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
    @given(
        moves=st.lists(
            st.tuples(st.sampled_from(["take", "renew", "release", "wait"]), st.integers(0, 2)), max_size=12
        )
    )
    def test_at_most_one_holder_is_alive(
        self, services: Services, database: Database, moves: list[tuple[str, int]]
    ) -> None:
        """Failure D5: whatever is done in whatever order, only the newest token renews; tokens only grow."""
        database.run("DELETE FROM leases")
        shift, newest = timedelta(), 0
        held: dict[int, Lease] = {}
        for move, who in moves:
            if move == "wait":
                shift += timedelta(seconds=2)
                database.shift_clock(shift)
            elif move == "take":
                try:
                    held[who] = take(services, str(who))
                except LeaseHeld:
                    continue
                assert held[who].token > newest
                newest = held[who].token
            elif who in held:
                alive = (renew if move == "renew" else release)(services, held[who])
                assert not alive or held[who].token == newest
        database.shift_clock(timedelta())
