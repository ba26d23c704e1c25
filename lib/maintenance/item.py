"""What an item of maintenance is, and how it reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.clock import Deadline
from lib.errors import EverytickError
from lib.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What one item did."""

    counts: Mapping[str, Any] = field(default_factory=dict)
    """Its own figures, in public (camelCase) names."""
    remaining: int = 0
    """What is still due and was left for the next tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceItem:
    """One item of maintenance: does what is due until the deadline, in short batches."""

    name: str
    """Its public name (design §8)."""
    run: Callable[[Services, Deadline], ItemResult]


class MaintenanceItemFailed(EverytickError):
    """An item of maintenance failed; the others stand."""

    code = "maintenance_item_failed"
    retriable = True
