"""One measurement: the mails taken in, the queue drained, all of it counted, beside the bare driver."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
import structlog

from bench.pipeline.peer import peer_seconds
from bench.pipeline.reckoning import Reckoning, reckon
from bench.pipeline.stories import MadeMail, made_mails
from bench.pipeline.teller import TEAM
from lib.clock import Deadline
from lib.composition import compose
from lib.inbox.destination import Destination
from lib.inbox.intake import Intake, IntakeSummary, Refusal
from lib.inbox.sources import RawMail
from lib.inbox.workspace_settings import WorkspaceSettings
from lib.jobs.drain import drain
from lib.services import Services
from tests.scratch_database import scratch_database

SETTINGS: Final = WorkspaceSettings(
    own_addresses=(TEAM,),
    booking_link="https://calendar.kestrel-cold.example/intro",
    timezone="Europe/London",
    service_description="Kestrel Cold Hire rents refrigerated trailers; prices depend on size and term.",
)
DRAIN_LIMIT_MS: Final = 3_600_000
ERRORS_ONLY: Final = 40
JOBS_A_MAIL: Final = 10
"""A bound: a mail's own job and those that it leads to, such as scoring its lead."""
COMMITS: Final = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a measurement found."""

    seed: int
    workers: int
    reckoning: Reckoning
    intake_seconds: float
    drain_seconds: float
    peer_seconds: float
    """The bare driver's, for the same rows in the same run."""
    transactions: int
    """Of the intake and the drain, the queue's own included."""


class Unheard:
    """Nobody hears of the intake while it goes on."""

    def mail_done(self, size_bytes: int) -> None:
        """One more mail was dealt with."""

    def refused(self, refusal: Refusal) -> None:
        """One was refused."""


def measure(server: str, *, mails: int, seed: int, workers: int) -> Measured:
    """Measure on a database of its own on `server`, which is gone afterwards."""
    made = made_mails(mails, seed)
    with scratch_database(server) as url:
        with _services(url) as services:
            before = _transactions(url)
            began = time.perf_counter()
            intake = take_in(services, made)
            taken = time.perf_counter()
            drain(
                services,
                deadline=Deadline.after_ms(services.clock, DRAIN_LIMIT_MS),
                limit=(intake.jobs + 1) * JOBS_A_MAIL,
                workers=workers,
            )
            drained = time.perf_counter()
        transactions = _transactions(url) - before
        with psycopg.connect(url, autocommit=True) as connection:
            reckoning = reckon(connection, made, intake)
        return Measured(
            seed=seed,
            workers=workers,
            reckoning=reckoning,
            intake_seconds=taken - began,
            drain_seconds=drained - taken,
            peer_seconds=peer_seconds(url),
            transactions=transactions,
        )


def take_in(services: Services, mails: Sequence[MadeMail]) -> IntakeSummary:
    """Import `mails` as `flask inbox import` does, into the workspace `bench`."""
    destination = Destination(workspace="bench", settings=SETTINGS)
    intake = Intake(services, destination=destination, report=Unheard(), dry_run=False)
    return intake.take(
        RawMail(label=f"mail {number}", raw=mail.raw, size_bytes=len(mail.raw), replayable=True)
        for number, mail in enumerate(mails, 1)
    )


@contextmanager
def _services(url: str) -> Iterator[Services]:
    services = compose({"DATABASE_URL": url}, chance=random.Random(0)).services
    if services is None:
        raise SystemExit("The environment guard refused: run `flask env check`.")
    logging = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(ERRORS_ONLY))
    try:
        yield services
    finally:
        structlog.configure(**logging)
        services.store.close()


def _transactions(url: str) -> int:
    """How many were committed so far, by sessions that have ended."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(COMMITS).fetchone()
    return int(row[0]) if row else 0
