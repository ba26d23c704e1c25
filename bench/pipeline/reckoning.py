"""What became of each mail, read from the rows: none may be lost, and each no-op has a reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from bench.pipeline.stories import DRAFT, DUPLICATE, OUTBOUND, REFUSED, MadeMail
from lib.drafts.no_draft import NoDraftReason
from lib.inbox.intake import IntakeSummary

OUTCOMES: Final = """
SELECT m.rfc_message_id, m.direction, r.status, r.reason, d.id IS NOT NULL
FROM messages m
LEFT JOIN draft_pipeline_runs r ON r.trigger_message_id = m.id
LEFT JOIN drafts d ON d.id = r.draft_id AND d.trigger_message_id = m.id
"""
OPEN_JOBS: Final = (
    "SELECT status || ' ' || kind || ': ' || coalesce(last_error, '') FROM jobs WHERE status <> 'succeeded'"
)
LOST: Final = "lost"
UNEXPLAINED: Final = "unexplained"
"""No draft, and no reason that docs/drafts.md knows."""
EXAMPLES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The account of a measurement."""

    mails: int
    """What came in."""
    outcomes: dict[str, int]
    """How many mails came to what: `draft`, `outbound`, `refused`, `duplicate`, or a reason for no draft."""
    lost: list[str]
    """Mails that came to nothing at all."""
    unexplained: list[str]
    open_jobs: list[str]
    """Jobs that are not done."""
    unexpected: list[str]
    """Mails that came to something else than their story says."""

    @property
    def adds_up(self) -> bool:
        """Whether each mail that came in is accounted for, once."""
        return sum(self.outcomes.values()) == self.mails


def reckon(
    connection: psycopg.Connection[Any], mails: Sequence[MadeMail], intake: IntakeSummary
) -> Reckoning:
    """The account of `mails`, which `intake` took in and whose jobs were drained."""
    stored = {identity: _outcome(*facts) for identity, *facts in connection.execute(OUTCOMES).fetchall()}
    found = Counter(stored.values())
    found[REFUSED] += intake.refused
    found[DUPLICATE] += intake.duplicates
    wanted = {mail.identity: mail for mail in mails if mail.expected not in (REFUSED, DUPLICATE)}
    missing = [mail for identity, mail in wanted.items() if identity not in stored]
    found[LOST] += len(mails) - sum(found.values())  # what no row and no count knows of
    expected = Counter(mail.expected for mail in mails)
    return Reckoning(
        mails=len(mails),
        outcomes={name: count for name, count in sorted(found.items()) if count and name != LOST},
        lost=[_told(mail, "is not stored") for mail in missing]
        + [f"{identity} came to nothing" for identity, outcome in stored.items() if outcome == LOST],
        unexplained=[identity for identity, outcome in stored.items() if outcome == UNEXPLAINED],
        open_jobs=[str(job) for (job,) in connection.execute(OPEN_JOBS.encode()).fetchall()],
        unexpected=[
            _told(mail, stored[identity])
            for identity, mail in wanted.items()
            if identity in stored and stored[identity] != mail.expected
        ]
        + [
            f"{found[name]} {name} instead of {expected[name]}"
            for name in (REFUSED, DUPLICATE)
            if found[name] != expected[name]
        ],
    )


def _outcome(direction: str, status: str | None, reason: str | None, drafted: bool) -> str:  # noqa: FBT001 - a row
    if direction == "outbound":
        return OUTBOUND
    if status == "COMPLETED" and drafted:
        return DRAFT
    if status != "ABORTED":
        return LOST
    return reason if reason in set(NoDraftReason) else UNEXPLAINED


def _told(mail: MadeMail, became: str) -> str:
    return f"{mail.story}: {mail.expected} was meant, {became} ({mail.identity})"
