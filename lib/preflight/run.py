"""Runs the checks one after the other: none can break another, and all of them end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from lib.clock import Deadline
from lib.errors import EverytickError
from lib.log.events import LogEvent
from lib.log.redaction import Redactor
from lib.preflight.breakers import check_breakers
from lib.preflight.budgets import check_budgets
from lib.preflight.check import Check, CheckName, cannot_know
from lib.preflight.clocks import check_clocks
from lib.preflight.connections import check_connections
from lib.preflight.database import check_database
from lib.preflight.endpoint import check_endpoint
from lib.preflight.event_key import check_event_key
from lib.preflight.guard import check_flag, check_guard
from lib.preflight.lines import check_lines
from lib.preflight.preview import check_preview
from lib.preflight.queue import check_queue
from lib.preflight.redis import check_redis
from lib.preflight.registration import check_inngest, check_registration
from lib.preflight.subject import Subject
from lib.preflight.ticks import check_ticks
from lib.time_limit import within

Look = Callable[[Subject], Check]
CHECK_SECONDS: Final = 15.0
"""One check at most: the first call of a cold endpoint takes a few of them."""
IN_ALL_SECONDS: Final = 60.0
"""After this no further check begins, and the one that runs is given up."""
LONGEST: Final = 600
"""Characters of what was seen: a stranger's answer may be part of it."""
CHECKS: Final[tuple[tuple[CheckName, Look], ...]] = (
    (CheckName.GUARD, check_guard),
    (CheckName.FLAG, check_flag),
    (CheckName.BUDGETS, check_budgets),
    (CheckName.DATABASE, check_database),
    (CheckName.CONNECTIONS, check_connections),
    (CheckName.REDIS, check_redis),
    (CheckName.CLOCKS, check_clocks),
    (CheckName.ENDPOINT, check_endpoint),
    (CheckName.EVENT_KEY, check_event_key),
    (CheckName.REGISTRATION, check_registration),
    (CheckName.INNGEST, check_inngest),
    (CheckName.TICKS, check_ticks),
    (CheckName.BREAKERS, check_breakers),
    (CheckName.LINES, check_lines),
    (CheckName.QUEUE, check_queue),
)
"""In the order in which they are told: what others rest on comes first."""


def preflight(subject: Subject, *, checks: Sequence[tuple[CheckName, Look]] = CHECKS) -> tuple[Check, ...]:
    """Each check's outcome, then one for each preview; ends within IN_ALL_SECONDS."""
    previews: list[tuple[CheckName, Look]] = [
        (CheckName.PREVIEW, partial(check_preview, target)) for target in subject.previews
    ]
    whole = Deadline.after_ms(subject.services.clock, IN_ALL_SECONDS * 1000)
    return tuple(
        _redacted(_outcome(name, partial(look, subject), whole), subject.services.redactor)
        for name, look in (*checks, *previews)
    )


def _outcome(name: CheckName, look: Callable[[], Check], whole: Deadline) -> Check:
    """What `look` says within its time; that it cannot be known, when it raises or takes longer."""
    seconds = min(CHECK_SECONDS, whole.remaining_ms() / 1000)
    if seconds <= 0:
        return cannot_know(name, "The checks before it took all the time.", cure="Run it again.")
    try:
        return within(seconds, look, name=f"preflight-{name}")
    except TimeoutError:
        seen = f"No outcome within {seconds:.0f} s."
        error_class = TimeoutError.__name__
    except EverytickError as error:
        seen = error.message
        error_class = type(error).__name__
    except Exception as error:  # noqa: BLE001 - named by class, its text may hold a secret
        seen = f"The check broke ({type(error).__name__})."
        error_class = type(error).__name__
    structlog.get_logger().warning(LogEvent.PREFLIGHT_CHECK_FAILED, check=name, error_class=error_class)
    return cannot_know(name, seen, cure="Run it again; the log has the class of the error.")


def _redacted(check: Check, redactor: Redactor) -> Check:
    """Without secrets first and short then: half a key is not known for one."""
    cure = None if check.cure is None else redactor.text(check.cure)
    return replace(check, seen=redactor.text(check.seen)[:LONGEST], cure=cure)
