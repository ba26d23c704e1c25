"""Maintenance: every item, isolated, within the budget (design §8, D1, L15)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog

from lib.clock import Deadline
from lib.jobs.last_error import describe_error
from lib.log.events import LogEvent
from lib.maintenance.draft_pipeline_runs import DRAFT_PIPELINE_RUNS
from lib.maintenance.item import ItemResult, MaintenanceItem, MaintenanceItemFailed
from lib.maintenance.lead_memory import LEAD_MEMORY
from lib.maintenance.own_retention import OWN_RETENTION
from lib.maintenance.queue_health import QUEUE_HEALTH
from lib.maintenance.stale_drafts import STALE_DRAFTS
from lib.maintenance.workspace_memory import WORKSPACE_MEMORY
from lib.services import Services
from lib.stopping import ToldToEnd
from lib.store.held_lease import LeaseTaken

ITEMS: Final = (
    QUEUE_HEALTH,
    STALE_DRAFTS,
    DRAFT_PIPELINE_RUNS,
    LEAD_MEMORY,
    WORKSPACE_MEMORY,
    OWN_RETENTION,
)
"""Every item, in the order in which they run; none can be left out by a caller."""


class MaintenanceStatus(StrEnum):
    """How maintenance as a whole ended (failure L15)."""

    SUCCEEDED = "succeeded"
    DEGRADED = "degraded"
    """Some items failed."""
    FAILED = "failed"
    """All items failed."""


def verdict(went_well: Sequence[bool]) -> MaintenanceStatus:
    """The verdict over items of which each went well or not."""
    if all(went_well):
        return MaintenanceStatus.SUCCEEDED
    return MaintenanceStatus.DEGRADED if any(went_well) else MaintenanceStatus.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReport:
    """One item's part of the summary."""

    ok: bool
    duration_ms: int
    result: ItemResult | None
    """None when the item failed."""
    error: str | None

    def as_json(self) -> dict[str, Any]:
        """Its public shape."""
        counts = self.result.counts if self.result else {}
        remaining = self.result.remaining if self.result else None
        return {
            "ok": self.ok,
            "durationMs": self.duration_ms,
            **counts,
            "remaining": remaining,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceSummary:
    """What maintenance did."""

    items: Mapping[str, ItemReport]

    @property
    def status(self) -> MaintenanceStatus:
        """The verdict over all items."""
        return verdict([report.ok for report in self.items.values()])

    @property
    def error(self) -> str | None:
        """The failed items' errors in one line; None when none failed."""
        errors = [f"{name}: {report.error}" for name, report in self.items.items() if not report.ok]
        return "; ".join(errors) or None

    def as_json(self) -> dict[str, Any]:
        """The public summary of design §8."""
        return {
            "status": self.status,
            "items": {name: report.as_json() for name, report in self.items.items()},
        }


def run_maintenance(
    services: Services, deadline: Deadline, items: tuple[MaintenanceItem, ...] = ITEMS
) -> MaintenanceSummary:
    """Run every item; one that fails is reported and the rest stand.

    An item that was not begun, for the process was told to end, is reported as failed: it was not done. Each
    item gets an equal share of the time that is left. One execution at a time is its caller's affair: the
    registry of responsibilities names the lease (failure L5). Raises LeaseTaken when another has that by now.
    """
    return MaintenanceSummary(
        items={
            item.name: _run_item(services, item, _share(deadline, len(items) - index))
            for index, item in enumerate(items)
        }
    )


def run_item(services: Services, deadline: Deadline, name: str) -> ItemReport:
    """Run the item `name` alone, which failed before.

    Raises MaintenanceItemFailed when it fails again, LeaseTaken when another has the lease by now.
    """
    item = next((item for item in ITEMS if item.name == name), None)
    if item is None:
        raise MaintenanceItemFailed(f"{name}: this version has no such item of maintenance.")
    report = _run_item(services, item, deadline)
    if not report.ok:
        raise MaintenanceItemFailed(f"{name}: {report.error}")
    return report


def _share(deadline: Deadline, items_left: int) -> Deadline:
    return deadline.at_most_ms(deadline.remaining_ms() / items_left)


def _run_item(services: Services, item: MaintenanceItem, deadline: Deadline) -> ItemReport:
    started = services.clock.monotonic()
    try:
        _check_may_begin(services)
        result = item.run(services, deadline)
    except LeaseTaken:
        raise
    except Exception as error:  # noqa: BLE001 - isolated: recorded here, and the other items go on
        text = describe_error(services.redactor, error)
        told = isinstance(error, ToldToEnd)
        structlog.get_logger().log(
            logging.WARNING if told else logging.ERROR,
            LogEvent.MAINTENANCE_ITEM_FAILED,
            item=item.name,
            error=text,
            exc_info=None if told else error,
        )
        return ItemReport(ok=False, duration_ms=_since(services, started), result=None, error=text)
    duration_ms = _since(services, started)
    structlog.get_logger().info(
        LogEvent.MAINTENANCE_ITEM_DONE,
        item=item.name,
        duration_ms=duration_ms,
        **result.counts,
        remaining=result.remaining,
    )
    return ItemReport(ok=True, duration_ms=duration_ms, result=result, error=None)


def _check_may_begin(services: Services) -> None:
    """Raise ToldToEnd when nothing more is to be begun, LeaseTaken when somebody else is at it by now."""
    services.stopping.check()
    if services.lease:
        with services.store.transaction() as connection:
            services.lease.check(connection)


def _since(services: Services, started: float) -> int:
    return round((services.clock.monotonic() - started) * 1000)
