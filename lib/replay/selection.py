"""Which messages are replayed: those that were named, else the riskiest of the newest (domain §6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from lib.drafts.conversation import Channel
from lib.drafts.invariants.wording import is_blank
from lib.errors import NotFound
from lib.inbox.workspace import workspace_known_as
from lib.replay.case import SelectedCase
from lib.replay.risk import risks_of, weight
from lib.store.store import Connection

SCANNED: Final = 200
"""Newest messages that are ranked at least; ten times the limit where that is more."""
SCANNED_PER_CASE: Final = 10
LATELY_DAYS: Final = 30
IDS_LIMIT: Final = 1_000

NEWEST: Final = """
WITH newest AS (
    SELECT id, sent_at, created_at FROM messages
    WHERE workspace_id = %(workspace_id)s AND direction = 'inbound'
      AND (%(channel)s::text IS NULL OR channel = %(channel)s)
      AND (%(sent_from)s::timestamptz IS NULL OR sent_at >= %(sent_from)s)
      AND (%(sent_to)s::timestamptz IS NULL OR sent_at < %(sent_to)s)
      AND (NOT %(lately)s OR sent_at >= everytick_now() - %(days)s * interval '1 day')
      AND (%(machines)s OR automation IS NULL)
    ORDER BY sent_at DESC, created_at DESC, id LIMIT %(scanned)s
)
SELECT m.id, m.channel, left(m.body, 20000) AS body, l.tag
FROM newest n JOIN messages m ON m.id = n.id JOIN leads l ON l.id = m.lead_id
ORDER BY n.sent_at DESC, n.created_at DESC, n.id
"""
"""Inbound messages of one scope, newest first; no body is read but theirs."""

NAMED: Final = """
SELECT m.id, m.channel, left(m.body, 20000) AS body, l.tag
FROM messages m JOIN leads l ON l.id = m.lead_id
WHERE m.workspace_id = %(workspace_id)s AND m.direction = 'inbound'
  AND (m.thread_id = %(named)s OR m.id = %(named)s)
  AND (%(channel)s::text IS NULL OR m.channel = %(channel)s)
  AND (%(sent_from)s::timestamptz IS NULL OR m.sent_at >= %(sent_from)s)
  AND (%(sent_to)s::timestamptz IS NULL OR m.sent_at < %(sent_to)s)
ORDER BY m.id = %(named)s DESC, (m.automation IS NULL) DESC, m.sent_at DESC, m.created_at DESC, m.id LIMIT 1
"""
"""The message with that id, else the newest inbound of that thread, a person's before a machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be replayed."""

    workspace: str
    """Its id or name."""
    limit: int
    """Messages at most; those that were named are all taken."""
    thread_ids: tuple[str, ...] = ()
    """Of threads, or of messages; empty: by risk."""
    channel: Channel | None = None
    """None: any."""
    sent_from: datetime | None = None
    sent_to: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was found."""

    workspace_id: UUID
    cases: tuple[SelectedCase, ...]
    scanned: int
    """Messages that were looked at."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    lately: bool
    machines: bool
    warning: str | None
    """What is said when this scope had to be taken; None of the first."""


_SCOPES: Final = (
    _Scope(lately=True, machines=False, warning=None),
    _Scope(
        lately=False,
        machines=False,
        warning=f"scope_widened: nobody wrote in the last {LATELY_DAYS} days; older messages were taken.",
    ),
    _Scope(
        lately=False, machines=True, warning="scope_widened: no person wrote; machines' messages were taken."
    ),
)


def select_cases(connection: Connection, wanted: Wanted) -> Chosen:
    """Choose what `wanted` asks for. Raises NotFound for an unknown workspace."""
    workspace_id = workspace_known_as(connection, wanted.workspace)
    if workspace_id is None:
        raise NotFound(f"There is no workspace {wanted.workspace!r}.")
    choose = _named if wanted.thread_ids else _by_risk
    return choose(connection, workspace_id, wanted)


def _by_risk(connection: Connection, workspace_id: UUID, wanted: Wanted) -> Chosen:
    dated = wanted.sent_from is not None or wanted.sent_to is not None
    warnings: list[str] = []
    rows: list[dict[str, Any]] = []
    for scope in _SCOPES[1:] if dated else _SCOPES:
        if scope.warning and not (dated and scope is _SCOPES[1]):
            warnings.append(scope.warning)
        rows = _rows(
            connection,
            NEWEST,
            workspace_id,
            wanted,
            lately=scope.lately,
            machines=scope.machines,
            days=LATELY_DAYS,
            scanned=max(SCANNED, SCANNED_PER_CASE * wanted.limit),
        )
        if rows:
            break
    cases = [_case(row) for row in rows]
    ranked = sorted(cases, key=lambda case: -weight(case.risks))  # stable: the newest first among equals
    return Chosen(
        workspace_id=workspace_id,
        cases=tuple(ranked[: wanted.limit]),
        scanned=len(rows),
        warnings=tuple(warnings if rows else ()),
    )


def _named(connection: Connection, workspace_id: UUID, wanted: Wanted) -> Chosen:
    warnings: list[str] = []
    cases: dict[str, SelectedCase] = {}
    for said in dict.fromkeys(wanted.thread_ids):
        rows = _rows(connection, NAMED, workspace_id, wanted, named=_uuid(said))
        if rows:
            case = _case(rows[0])
            cases.setdefault(case.case_id, case)
        else:
            warnings.append(f"unknown_id: there is no inbound message for {said[:60]!r}.")
    return Chosen(
        workspace_id=workspace_id,
        cases=tuple(cases.values()),
        scanned=len(wanted.thread_ids),
        warnings=tuple(warnings),
    )


def _rows(
    connection: Connection, statement: str, workspace_id: UUID, wanted: Wanted, **facts: object
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            statement.encode(),
            {
                "workspace_id": workspace_id,
                "channel": wanted.channel,
                "sent_from": wanted.sent_from,
                "sent_to": wanted.sent_to,
                **facts,
            },
        ).fetchall()


def _case(row: dict[str, Any]) -> SelectedCase:
    risks = () if is_blank(row["body"]) else risks_of(row["body"], row["tag"])
    return SelectedCase(
        case_id=str(row["id"]), message_id=str(row["id"]), channel=row["channel"], risks=risks
    )


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said.strip())
    except ValueError:
        return None
