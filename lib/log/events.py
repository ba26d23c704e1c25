"""The registry of log events: a log line is one of these names plus fields, never a sentence.

Each is explained in docs/log-events.md (a test holds the two together).
"""

from enum import StrEnum


class LogEvent(StrEnum):
    """Dotted constant names, `subject.what_happened`."""

    APP_REFUSED = "app.refused"
    APP_STARTED = "app.started"
    SETTING_UNKNOWN = "setting.unknown"
    LOG_LINE_FAILED = "log.line_failed"

    REQUEST_FAILED = "request.failed"
    REQUEST_REFUSED = "request.refused"

    OPERATOR_SIGNED_IN = "operator.signed_in"
    OPERATOR_NOT_SIGNED_IN = "operator.not_signed_in"
    OPERATOR_LINK_MADE = "operator.link_made"

    STORE_UNAVAILABLE = "store.unavailable"
    STORE_REFUSED = "store.refused"
    STORE_ADOPTED = "store.adopted"
    CACHE_FOREIGN = "cache.foreign"
    LEASE_LOST = "lease.lost"

    PREFLIGHT_CHECK_FAILED = "preflight.check_failed"
    REGISTRATION_UNRECORDED = "registration.unrecorded"

    CONTROL_CHANGED = "control.changed"
    CONTROL_UNREADABLE = "control.unreadable"

    ROLLOUT_ADVANCED = "rollout.advanced"
    ROLLOUT_COMPLETED = "rollout.completed"
    ROLLOUT_ROLLED_BACK = "rollout.rolled_back"
    ROLLOUT_NOT_STEERED = "rollout.not_steered"

    TICK_DECIDED = "tick.decided"
    TICK_FINISHED = "tick.finished"
    TICK_FAILED = "tick.failed"
    TICK_BUSY = "tick.busy"
    TICK_UNTRACKED = "tick.untracked"
    TICK_ENQUEUE_FAILED = "tick.enqueue_failed"
    TICK_SEND_RETURNED_LATE = "tick.send_returned_late"

    TICK_RECOVERY = "tick.recovery"

    WATCH_FAILED = "watch.failed"
    LINE_UNEXECUTED = "line.unexecuted"
    LINE_WAITING = "line.waiting"
    BREAKER_OPENED = "breaker.opened"
    BREAKER_HALF_OPEN = "breaker.half_open"
    BREAKER_CLOSED = "breaker.closed"

    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    RUN_FAILED = "run.failed"
    RUN_SUPERSEDED = "run.superseded"
    RUN_ABANDONED = "run.abandoned"
    RUN_DEFERRED = "run.deferred"
    RUN_STEP_FAILED = "run.step_failed"
    EVENT_UNREADABLE = "event.unreadable"

    DRAIN_FINISHED = "drain.finished"
    JOB_ENQUEUED = "job.enqueued"
    JOB_STARTED = "job.started"
    JOB_RAISED = "job.raised"
    JOB_GIVEN_BACK = "job.given_back"
    JOB_LATE = "job.late"
    HANDLERS_HANG = "job.handlers_hang"
    JOB_SUCCEEDED = "job.succeeded"
    JOB_RETRIED = "job.retried"
    JOB_RESCHEDULED = "job.rescheduled"
    JOB_DEAD = "job.dead"
    JOB_LEASE_EXPIRED = "job.lease_expired"
    JOB_LEASE_LOST = "job.lease_lost"
    JOB_OPERATED = "job.operated"
    HEARTBEAT_FAILED = "job.heartbeat_failed"

    MAINTENANCE_ITEM_DONE = "maintenance.item_done"
    MAINTENANCE_ITEM_FAILED = "maintenance.item_failed"
    QUEUE_STALE = "queue.stale"
    TICKS_MISSED = "ticks.missed"

    STATUS_WRITE_FAILED = "status.write_failed"

    LLM_ANSWERED = "llm.answered"
    LLM_FAILED = "llm.failed"

    LEAD_SCORED = "lead.scored"
    LEAD_SCORE_KEPT = "lead.score_kept"

    MAIL_IMPORTED = "mail.imported"
    MAIL_REFUSED = "mail.refused"
    MEMORY_PROPOSED = "memory.proposed"
    MEMORY_OPERATED = "memory.operated"
    REPLAY_CASE_FAILED = "replay.case_failed"
    DRAFT_CREATED = "draft.created"
    DRAFT_KEPT = "draft.kept"
    DRAFT_SKIPPED = "draft.skipped"
    DRAFT_GATE_FAILED = "draft.gate_failed"
    DRAFT_NOT_AUTO_SENT = "draft.not_auto_sent"
    DRAFT_SENT = "draft.sent"
    DRAFT_SEND_SKIPPED = "draft.send_skipped"
    DRAFT_SEND_FAILED = "draft.send_failed"
    DRAFT_UNCONFIRMED = "draft.send_unconfirmed"
