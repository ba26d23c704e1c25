"""Whether anything was lost or doubled, by the books and the outbox alone."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from dev.cutover.books import BookedJob, BookedTick, Books
from dev.cutover.terms import BOUND

FOLDERS = ("new", "cur")
RUNNING = "SELECT job_name, run_id, source FROM runs WHERE status = 'running'"


def verify(books: Books, outbox: Path) -> list[str]:
    """What is wrong, each with its name; nothing where nothing was lost and nothing done twice.

    To be asked when all work has had its time.
    """
    return [
        *_wrong_jobs(books.jobs()),
        *_wrong_mails(books, outbox),
        *_wrong_ticks(books.ticks()),
        *(f"run {run} of {job} ({source}) was left running" for job, run, source in books.rows(RUNNING)),
    ]


def slowest(ticks: list[BookedTick]) -> timedelta | None:
    """The longest that a tick's work took to be done; None where none was."""
    took = [
        took for tick in ticks for took in (tick.process_after, tick.maintenance_after) if took is not None
    ]
    return max(took, default=None)


def _wrong_jobs(jobs: list[BookedJob]) -> Iterator[str]:
    """Each job ends well once, and its handler ran once: nothing here makes one fail."""
    if not jobs:
        yield "no job came in: the books are empty"
    for job in jobs:
        name = f"job {job.job_id} ({job.kind})"
        if job.given_up:
            yield f"{name} was given up"
        elif job.succeeded == 0:
            yield f"{name} was lost: it never ended"
        elif job.executions == 0:
            yield f"{name} was lost: it ended, and nobody did it"
        if job.succeeded > 1:
            yield f"{name} was doubled: it ended {job.succeeded} times"
        if job.executions > 1:
            yield f"{name} was doubled: it was done {job.executions} times"


def _wrong_mails(books: Books, outbox: Path) -> Iterator[str]:
    """Each released draft's mail lies in the outbox once and was handed over once, and no other does."""
    released, handed, lying = Counter(books.released()), Counter(books.mails()), Counter(_ids_in(outbox))
    for message_id in sorted(released.keys() | handed.keys() | lying.keys()):
        name = f"mail {message_id}"
        if message_id not in released:
            yield f"{name} was sent, and nobody had released its draft"
        elif lying[message_id] == 0:
            yield f"{name} was lost: it is not in the outbox"
        if lying[message_id] > 1 or handed[message_id] > 1:
            times = max(lying[message_id], handed[message_id])
            yield f"{name} was doubled: it was sent {times} times"


def _ids_in(outbox: Path) -> Iterator[str]:
    for folder in FOLDERS:
        for file in sorted((outbox / folder).glob("*")):
            yield str(message_from_bytes(file.read_bytes())["Message-ID"])


def _wrong_ticks(ticks: list[BookedTick]) -> Iterator[str]:
    """Each tick is covered for both responsibilities within the bound."""
    for tick in ticks:
        for responsibility, took in (
            ("process", tick.process_after),
            ("maintenance", tick.maintenance_after),
        ):
            if took is None:
                yield f"tick {tick.dispatch_key} was lost: its {responsibility} was never done"
            elif took > BOUND:
                yield f"tick {tick.dispatch_key} was late: its {responsibility} took {took} of {BOUND}"
