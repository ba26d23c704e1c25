"""What becomes of a job whose model gave no usable answer (docs/drafts.md has the table)."""

from lib.jobs.outcomes import Outcome, Permanent, RetryAfter
from lib.llm.errors import LlmError


def job_outcome(error: LlmError) -> Outcome | LlmError:
    """What the job's handler has to raise: dead, again when the endpoint said, or an ordinary failure."""
    told = f"{error.code}: {error.message}"
    if not error.retriable:
        return Permanent(told)
    return error if error.retry_after is None else RetryAfter(error.retry_after, told)
