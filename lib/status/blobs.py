"""Job status in Redis (design §6): a cache for quick reading, never the truth."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from lib.clock import Clock, iso
from lib.environment.decision import DeploymentKind
from lib.log.events import LogEvent
from lib.settings import Settings
from lib.status.redis_stamp import ForeignRedis, RedisStamp
from lib.status.run_status import RunSource
from lib.time_limit import within

WARN_EVERY_SECONDS: Final = 60.0
"""A failing cache is logged this often at most (design §6)."""

WRITE_UNLESS_NEWER: Final = """
local held = redis.call('GET', KEYS[1])
if held then
    local ok, blob = pcall(cjson.decode, held)
    if ok and type(blob) == 'table' and type(blob.startedAt) == 'string' then
        local ended = blob.startedAt == ARGV[2] and blob.status ~= 'running'
        if blob.startedAt > ARGV[2] or (ended and ARGV[4] == 'running') then
            return 0
        end
    end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""
"""Times are written in one format of one width, so that comparing them as text compares them in time."""


class BlobStatus(StrEnum):
    """What a blob may say."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBlob:
    """One job name's latest status; exactly the fields of design §6."""

    status: BlobStatus
    started_at: datetime
    finished_at: datetime | None
    """None while it runs."""
    duration_ms: int | None
    attempt: int
    last_error: str | None
    source: RunSource
    updated_at: datetime
    """By the database's clock, as the others: instances whose own clocks differ say the same."""


class StatusBlobs(Protocol):
    """Where the latest status of each job name is kept. Nothing here raises: a cache fails nothing."""

    def write(self, job_name: str, blob: StatusBlob, *, scope: str = "global") -> None:
        """Keep `blob`, unless that of a run which started later, or the same run's end, is kept already."""
        ...

    def read(self, job_name: str, *, scope: str = "global") -> str | None:
        """The kept JSON; None where there is none or it cannot be known: status "unknown"."""
        ...

    def ping(self) -> bool:
        """Whether the cache answers, and is this deployment's."""
        ...

    def look(self) -> None:
        """Find out whose cache this is, if that is not known of late and it answers."""
        ...

    @property
    def foreign(self) -> bool:
        """Whether it was seen to be another deployment's: nothing is read from it or written to it."""
        ...


REST_SECONDS: Final = 5.0
"""After a failure the cache is left alone this long, so that a slow one cannot slow a tick twice."""


class NoStatusBlobs:
    """The twin for an instance without Redis: keeps nothing, answers "unknown"."""

    def write(self, job_name: str, blob: StatusBlob, *, scope: str = "global") -> None:
        """Keep nothing."""

    def read(self, job_name: str, *, scope: str = "global") -> str | None:  # noqa: ARG002 - the port's
        """None: unknown."""
        return None

    def ping(self) -> bool:
        """False: there is no cache."""
        return False

    def look(self) -> None:
        """There is nothing to look at."""

    @property
    def foreign(self) -> bool:
        """False: there is no cache."""
        return False


class RedisStatusBlobs:
    """Blobs in Redis.

    Every call ends within `limit_ms`, even one whose answer drips in; a failure is counted and logged, never
    raised.
    """

    def __init__(
        self,
        client: "redis.Redis",
        *,
        kind: DeploymentKind,
        clock: Clock,
        ttl_seconds: int,
        limit_ms: int = 1_000,
    ) -> None:
        self._client = client
        self._stamp = RedisStamp(client, kind, clock)
        self.foreign = False
        """Whether it was seen to be another deployment's."""
        self._clock = clock
        self._ttl_seconds = ttl_seconds
        self._limit_seconds = limit_ms / 1000
        self._write = client.register_script(WRITE_UNLESS_NEWER)
        self._resting_until = float("-inf")
        self._logged_at = float("-inf")
        self.failed_calls = 0
        """Calls that failed or were left out after a failure, since the process started."""

    def write(self, job_name: str, blob: StatusBlob, *, scope: str = "global") -> None:
        """Keep `blob` unless that of a later run, or the same run's end, is kept already (atomic)."""
        arguments: list[str | int] = [self._json(blob), iso(blob.started_at), self._ttl_seconds, blob.status]
        self._attempt(lambda: self._write(keys=[_key(scope, job_name)], args=arguments))

    def read(self, job_name: str, *, scope: str = "global") -> str | None:
        """The kept JSON; None where there is none or Redis is away."""
        held = self._attempt(lambda: self._client.get(_key(scope, job_name)))
        return held.decode() if isinstance(held, bytes) else None

    def ping(self) -> bool:
        """Whether Redis answers now, and is this deployment's."""
        return self._attempt(self._client.ping, rested=True) is True

    def look(self) -> None:
        """Find out whose Redis this is, unless that is known of late, or it is being left alone."""
        if not self._stamp.is_fresh and self._clock.monotonic() >= self._resting_until:
            self._attempt(lambda: None)

    def _json(self, blob: StatusBlob) -> str:
        return json.dumps(
            {
                "status": blob.status,
                "startedAt": iso(blob.started_at),
                "finishedAt": iso(blob.finished_at) if blob.finished_at else None,
                "durationMs": blob.duration_ms,
                "attempt": blob.attempt,
                "lastError": blob.last_error,
                "source": blob.source,
                "updatedAt": iso(blob.updated_at),
            }
        )

    def _attempt(self, call: Callable[[], object], *, rested: bool = False) -> object:
        """What `call` returns, or None when Redis fails or is being left alone."""
        now = self._clock.monotonic()
        if now < self._resting_until and not rested:
            self.failed_calls += 1
            return None
        try:
            answer = within(self._limit_seconds, lambda: self._in_own(call), name="redis")
        except (redis.RedisError, OSError, ForeignRedis) as error:
            self.foreign = isinstance(error, ForeignRedis)
            self._failed(error, now)
            return None
        self.foreign = False
        return answer

    def _in_own(self, call: Callable[[], object]) -> object:
        self._stamp.require_own()
        return call()

    def _failed(self, error: Exception, now: float) -> None:
        self.failed_calls += 1
        self._resting_until = now + REST_SECONDS
        if now - self._logged_at < WARN_EVERY_SECONDS:
            return
        self._logged_at = now
        log = structlog.get_logger()
        if isinstance(error, ForeignRedis):
            log.error(LogEvent.CACHE_FOREIGN, stamped=error.kind)
            return
        log.warning(
            LogEvent.STATUS_WRITE_FAILED, error_class=type(error).__name__, failed_calls=self.failed_calls
        )


def status_blobs(settings: Settings, kind: DeploymentKind, clock: Clock) -> StatusBlobs:
    """The blobs that the settings ask for; connects at the first use, not before."""
    if settings.redis_url is None:
        return NoStatusBlobs()
    timeout = settings.redis_timeout_ms / 1000
    client = redis.Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisStatusBlobs(
        client,
        kind=kind,
        clock=clock,
        ttl_seconds=settings.inngest_job_status_ttl_seconds,
        limit_ms=settings.redis_timeout_ms,
    )


def _key(scope: str, job_name: str) -> str:
    return f"job:v1:{scope}:{job_name}"
