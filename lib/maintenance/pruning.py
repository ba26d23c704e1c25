"""Pruning: rows past their time, deleted in batches."""

from dataclasses import dataclass
from typing import Final, LiteralString

from lib.clock import Deadline
from lib.maintenance.batches import due_count, in_batches
from lib.maintenance.item import ItemResult
from lib.services import Services

COUNTED_AT_MOST: Final = 10_000
"""`remaining` is exact up to this, so that counting a large backlog stays cheap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What is past its time in one table."""

    table: LiteralString
    key: LiteralString
    """The columns of its primary key."""
    due: LiteralString
    """The condition, with one `%s` for each of `parameters`."""
    size: int
    """Rows a batch."""


def prune(
    services: Services, deadline: Deadline, pruning: Pruning, parameters: tuple[object, ...] = ()
) -> ItemResult:
    """Delete what is due until nothing is left or the deadline passes."""
    doomed = f"SELECT {pruning.key} FROM {pruning.table} WHERE {pruning.due}"  # noqa: S608 - literals only
    statement = (  # the sub-select is locked once, before anything is deleted (claim.md's caution)
        f"WITH doomed AS MATERIALIZED ({doomed} LIMIT {pruning.size} FOR UPDATE SKIP LOCKED) "  # noqa: S608 - literals only
        f"DELETE FROM {pruning.table} WHERE ({pruning.key}) IN (SELECT {pruning.key} FROM doomed)"
    )
    deleted = in_batches(
        services,
        deadline,
        lambda connection: connection.execute(statement.encode(), parameters).rowcount,
        size=pruning.size,
    )
    remaining = due_count(
        services,
        f"SELECT count(*) FROM ({doomed} LIMIT {COUNTED_AT_MOST}) AS due",  # noqa: S608 - literals only
        *parameters,
    )
    return ItemResult(counts={"pruned": deleted}, remaining=remaining)
