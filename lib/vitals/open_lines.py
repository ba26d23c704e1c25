"""The lines that no run has covered yet, as the latest tick left them (design §5, failure D3).

A tick marks what is covered and what is unexecuted; this only counts, and locks nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

from lib.status.run_status import JobName
from lib.store.store import Connection

COUNT: Final = """
SELECT job_name,
    count(*) FILTER (WHERE state <> 'unexecuted' AND NOT overdue),
    count(*) FILTER (WHERE state <> 'unexecuted' AND overdue),
    count(*) FILTER (WHERE state = 'unexecuted')
FROM (
    SELECT job_name, state,
        dispatched_at <= everytick_now() - %s * interval '1 second' AS overdue
    FROM dispatch_lines WHERE state IN ('dispatching', 'accepted', 'failed', 'unexecuted')
) AS open GROUP BY job_name
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLines:
    """One responsibility's lines that are not covered."""

    young: int = 0
    """Dispatched within the grace: nothing is to be expected of them yet."""
    waiting: int = 0
    """Older, and not seen as unexecuted: a backlog."""
    unexecuted: int = 0
    """Accepted, and nobody executed them: the next tick recovers them."""

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {"young": self.young, "waiting": self.waiting, "unexecuted": self.unexecuted}


def open_lines(connection: Connection, *, grace_seconds: int) -> dict[JobName, OpenLines]:
    """Every responsibility's, those without any included."""
    held = {name: OpenLines() for name in JobName}
    for job_name, young, waiting, unexecuted in connection.execute(COUNT, (grace_seconds,)):
        held[JobName(job_name)] = OpenLines(young=young, waiting=waiting, unexecuted=unexecuted)
    return held
