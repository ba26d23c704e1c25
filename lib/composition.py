"""The composition root: from an environment to the parts of one instance. Nothing connects here."""

import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.clock import Clock, SystemClock
from lib.drafts.composers import composer, gate
from lib.drafts.mailers import mailer
from lib.environment.decision import DeploymentKind, GuardDecision, Problem
from lib.environment.facts import Facts
from lib.environment.fingerprints import DatabasePlace, database_place
from lib.environment.guard import examine
from lib.environment.local_stores import with_local_stores
from lib.job_kinds import all_kinds
from lib.llm.configured import llm_client
from lib.log.redaction import Redactor, redactor_of
from lib.services import Services
from lib.settings import Settings, process_environment, unknown_settings
from lib.status.blobs import status_blobs
from lib.stopping import Stopping
from lib.store.store import Store, StoreOptions
from lib.ticks.bounded_send import BoundedSender
from lib.ticks.event_address import event_address
from lib.ticks.event_api import EventApi

PROJECT: Final = Path(__file__).parents[1]
PLATFORM_RUNTIME: Final = "VERCEL_IPC_PATH"
"""Set by Vercel's own runtime where it serves requests, and nowhere else."""
OUTBOX: Final = ".everytick/outbox"
"""Where development keeps mail that no server takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """One instance: its verdict, and its parts unless it is refused."""

    decision: GuardDecision
    facts: Facts
    """What the guard judged."""
    settings: Settings | None
    """None when they could not be read, which refuses the app."""
    unknown_settings: tuple[str, ...]
    """Variables that look like ours and are none of them."""
    redactor: Redactor
    """Takes this instance's secrets out of what is logged, stored and answered."""
    services: Services | None
    """None when the guard refuses the app."""
    platform_runtime: bool
    """Whether this process is the platform's: nobody of ours will ask it to end well."""

    @property
    def stopping(self) -> Stopping:
        """What is to be asked when the process is told to end; of a refused app nothing will hear it."""
        return self.services.stopping if self.services else Stopping()


def compose(
    environ: Mapping[str, str] | None = None,
    *,
    clock: Clock | None = None,
    chance: random.Random | None = None,
) -> Composition:
    """Compose an instance from `environ`.

    By default from the process's own environment, completed by the stores of a running bin/dev.
    """
    found: tuple[Problem, ...] = ()
    if environ is None:
        environ, found = with_local_stores(process_environment(), PROJECT)
    examined = examine(environ, known=found)
    redactor = redactor_of(environ)
    services = None
    if examined.settings is not None and examined.decision.kind is not None and not examined.decision.refused:
        services = _services(
            examined.settings,
            examined.decision,
            database_place(examined.facts),
            redactor,
            clock or SystemClock(),
            chance or random.SystemRandom(),  # forked workers draw from it, each its own numbers
        )
    return Composition(
        decision=examined.decision,
        facts=examined.facts,
        settings=examined.settings,
        unknown_settings=unknown_settings(environ),
        redactor=redactor,
        services=services,
        platform_runtime=PLATFORM_RUNTIME in environ,
    )


def _services(
    settings: Settings,
    decision: GuardDecision,
    place: DatabasePlace | None,
    redactor: Redactor,
    clock: Clock,
    chance: random.Random,
) -> Services:
    kind = decision.kind or DeploymentKind.PRODUCTION
    dsn = settings.database_url.get_secret_value() if settings.database_url else None
    llm = llm_client(settings, clock)
    return Services(
        settings=settings,
        environment=decision,
        redactor=redactor,
        clock=clock,
        random=chance,
        stopping=Stopping(),
        instance=f"{socket.gethostname()}:{os.getpid()}:{chance.getrandbits(32):08x}",
        store=Store(
            StoreOptions(
                dsn=dsn,
                kind=kind,
                place=place,
                statement_timeout_ms=settings.database_statement_timeout_ms,
                connect_timeout_ms=settings.database_connect_timeout_ms,
                pool_max=settings.database_pool_max,
                prepare=settings.database_prepare,
            )
        ),
        sender=BoundedSender(
            EventApi(event_address(settings, decision)).post,
            clock=clock,
            deadline_ms=settings.background_jobs_send_deadline_ms,
        ),
        kinds=all_kinds(),
        blobs=status_blobs(settings, kind, clock),
        composer=composer(llm),
        gate=gate(llm),
        mailer=mailer(settings, kind, outbox=PROJECT / OUTBOX),
        llm=llm,
    )
