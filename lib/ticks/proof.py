"""Whether Inngest has shown lately that it executes what it accepts (design §4: accepted is not executed)."""

from typing import Final

from lib.store.store import Connection
from lib.work.responsibilities import RESPONSIBILITIES

LATELY_SECONDS: Final = 900
"""How long one executed dispatch speaks for Inngest."""
EXECUTED: Final = """
SELECT count(DISTINCT job_name) FROM runs JOIN dispatches USING (dispatch_key)
WHERE job_name = ANY(%(job_names)s) AND dispatches.state = 'accepted'
  AND runs.source = 'inngest' AND runs.status IN ('succeeded', 'degraded')
  AND runs.started_at > everytick_now() - %(seconds)s * interval '1 second'
"""


def is_proven(connection: Connection) -> bool:
    """Whether, for each responsibility, a run of an accepted dispatch has done its work lately."""
    job_names = [responsibility.job_name for responsibility in RESPONSIBILITIES]
    found = connection.execute(EXECUTED, {"job_names": job_names, "seconds": LATELY_SECONDS}).fetchone()
    return found is not None and found[0] == len(job_names)
