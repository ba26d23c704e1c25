import pytest

from lib.clock import Deadline
from lib.maintenance.batches import in_batches
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.maintenance.maintenance import ITEMS, run_maintenance
from lib.services import Services
from lib.store.store import Connection


def fine(_services: Services, _deadline: Deadline) -> ItemResult:
    return ItemResult(counts={"pruned": 2}, remaining=1)


def broken(_services: Services, _deadline: Deadline) -> ItemResult:
    raise LookupError("no such shelf")


GOOD = MaintenanceItem(name="good", run=fine)
BAD = MaintenanceItem(name="bad", run=broken)


class TestItems:
    def test_every_item_of_the_contract_is_there(self) -> None:
        """Design §8; failure D1."""
        assert [item.name for item in ITEMS] == [
            "queueHealth",
            "staleDrafts",
            "draftPipelineRuns",
            "leadMemory",
            "workspaceMemory",
            "ownRetention",
        ]


class TestIsolation:
    @pytest.mark.parametrize(
        ("items", "status"),
        [
            ((GOOD,), "succeeded"),
            ((BAD, GOOD), "degraded"),
            ((BAD,), "failed"),
        ],
    )
    def test_one_fails_and_the_rest_stand(
        self, services: Services, items: tuple[MaintenanceItem, ...], status: str
    ) -> None:
        """Failure L15: a failed part is never hidden in a success."""
        summary = run_maintenance(services, Deadline.after_ms(services.clock, 1_000), items).as_json()
        assert summary["status"] == status
        assert set(summary["items"]) == {item.name for item in items}

    def test_reports_each(self, services: Services) -> None:
        summary = run_maintenance(services, Deadline.after_ms(services.clock, 1_000), (BAD, GOOD))
        bad, good = summary.as_json()["items"]["bad"], summary.as_json()["items"]["good"]
        assert {**bad, "durationMs": 0} == {
            "ok": False,
            "durationMs": 0,
            "remaining": None,
            "error": "LookupError: no such shelf",
        }
        assert {**good, "durationMs": 0} == {
            "ok": True,
            "durationMs": 0,
            "pruned": 2,
            "remaining": 1,
            "error": None,
        }
        assert summary.error == "bad: LookupError: no such shelf"

    def test_an_item_gets_its_share_of_the_time(self, services: Services) -> None:
        seen: list[float] = []

        def look(_services: Services, deadline: Deadline) -> ItemResult:
            seen.append(deadline.remaining_ms())
            return ItemResult()

        items = tuple(MaintenanceItem(name=f"i{number}", run=look) for number in range(4))
        run_maintenance(services, Deadline.after_ms(services.clock, 40_000), items)
        assert 9_000 < seen[0] <= 10_000
        assert seen[-1] > 30_000


class TestToldToEnd:
    def test_no_further_item_is_begun(self, services: Services) -> None:
        """What was not done is never said to have gone well; the engine or the next tick does it."""

        def told(held: Services, _deadline: Deadline) -> ItemResult:
            held.stopping.ask()
            return ItemResult()

        items = (MaintenanceItem(name="first", run=told), GOOD)
        summary = run_maintenance(services, Deadline.after_ms(services.clock, 1_000), items)
        assert summary.status == "degraded"
        assert summary.items["first"].ok
        assert (summary.items["good"].ok, summary.items["good"].result) == (False, None)
        assert (summary.error or "").startswith("good: ToldToEnd")

    def test_no_further_batch_is_begun(self, services: Services) -> None:
        done: list[int] = []

        def batch(_connection: Connection) -> int:
            done.append(1)
            services.stopping.ask()
            return 1

        assert in_batches(services, Deadline.after_ms(services.clock, 60_000), batch, size=1) == 1
        assert done == [1]
