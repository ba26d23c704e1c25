"""What is kept of a run while a process works on it: its row, its heartbeat, its blob, its tick's line."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from lib.heartbeat import heartbeat
from lib.services import Services
from lib.status.blobs import BlobStatus, StatusBlob
from lib.status.run_status import RunSource, RunStatus
from lib.work.lines import LineFailure, cover_lines, execute_line, fail_line
from lib.work.runs import OpenedRun, RunKey, beat_run, close_run, own_run

BLOB_STATUS: Final = {
    RunStatus.SUCCEEDED: BlobStatus.SUCCEEDED,
    RunStatus.DEGRADED: BlobStatus.SUCCEEDED,
    RunStatus.FAILED: BlobStatus.FAILED,
}
"""What a blob says of a closed run; a superseded one writes nothing (design §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One opened run's record."""

    services: Services
    run: RunKey
    opened: OpenedRun
    since: float
    """When it was opened, in seconds on the clock's monotonic time."""

    @classmethod
    def of(cls, services: Services, run: RunKey, opened: OpenedRun) -> Self:
        """The record of a run that has just been opened."""
        return cls(services=services, run=run, opened=opened, since=services.clock.monotonic())

    def own(self) -> None:
        """Make the run this process's: another call of it that is still at work closes nothing any more."""
        with self.services.store.transaction() as connection:
            own_run(connection, self.run)

    def show_running(self, error: str | None = None) -> None:
        """Write the blob of a run at work; `error` is what its last attempt ended in."""
        self._write(BlobStatus.RUNNING, None, error)

    def show_failed(self, error: str, finished_at: datetime | None = None) -> None:
        """Write the blob of a run that failed; `finished_at` is None when its row could not be closed."""
        self._write(BlobStatus.FAILED, finished_at, error)

    def beating(self) -> AbstractContextManager[None]:
        """Beat the run's row while the body runs."""
        return heartbeat(
            self._beat,
            every_ms=self.services.settings.background_job_heartbeat_ms,
            name=self.run.job_name,
        )

    def close(
        self, status: RunStatus, *, summary: dict[str, Any] | None, error: str | None
    ) -> datetime | None:
        """Close the row and the lines that the run covers, or its own as failed; then write the blob.

        Its end by the database's clock, or None when it was closed before or is another's by now: then
        nothing is written. Raises StoreError.
        """
        with self.services.store.transaction() as connection:
            finished_at = close_run(connection, self.run, status=status, summary=summary, error=error)
            if finished_at is not None and BLOB_STATUS.get(status) is BlobStatus.SUCCEEDED:
                cover_lines(connection, self.run, started_at=self.opened.started_at)
                if self.run.source is RunSource.INNGEST:
                    execute_line(connection, self.run)
            elif finished_at is not None and status is RunStatus.FAILED:
                fail_line(connection, self.run, LineFailure.RUN_FAILED)
        if finished_at is not None:
            self.show_end(status, finished_at, error)
        return finished_at

    def show_end(self, status: RunStatus, finished_at: datetime | None, error: str | None) -> None:
        """Write the blob of a run that has been closed; a superseded one has none."""
        if status in BLOB_STATUS:
            self._write(BLOB_STATUS[status], finished_at, error)

    def _beat(self) -> bool:
        with self.services.store.transaction() as connection:
            return beat_run(connection, self.run)

    def _write(self, status: BlobStatus, finished_at: datetime | None, error: str | None) -> None:
        started_at = self.opened.started_at
        elapsed = (finished_at - started_at) if finished_at else None
        at_work = timedelta(seconds=self.services.clock.monotonic() - self.since)
        self.services.blobs.write(
            self.run.job_name,
            StatusBlob(
                status=status,
                started_at=started_at,
                finished_at=finished_at,
                duration_ms=round(elapsed.total_seconds() * 1000) if elapsed is not None else None,
                attempt=self.opened.attempt,
                last_error=error,
                source=self.run.source,
                updated_at=finished_at or self.opened.now + at_work,
            ),
        )
