"""What the composition root builds once and hands to everything that works."""

import random
from dataclasses import dataclass

from lib.clock import Clock
from lib.drafts.composer import Composer
from lib.drafts.gate import Gate
from lib.drafts.mailer import Mailer
from lib.environment.decision import GuardDecision
from lib.event_sender import EventSender
from lib.jobs.kind import JobKinds
from lib.llm.client import LlmClient
from lib.log.redaction import Redactor
from lib.settings import Settings
from lib.status.blobs import StatusBlobs
from lib.stopping import Stopping
from lib.store.held_lease import HeldLease
from lib.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one instance; built by lib/composition.py, replaced one by one in tests."""

    settings: Settings
    environment: GuardDecision
    redactor: Redactor
    """What an error message goes through before it is stored or answered."""
    clock: Clock
    random: random.Random
    stopping: Stopping
    """Whether the process was told to end: asked before each further piece of work."""
    instance: str
    """Who this process is in leases and runs: host, process id and a random part."""
    store: Store
    sender: EventSender
    """The process's only one."""
    blobs: StatusBlobs
    kinds: JobKinds
    composer: Composer
    gate: Gate
    mailer: Mailer
    llm: LlmClient | None
    """None where no language model is configured."""
    lease: HeldLease | None = None
    """Under which the work at hand is done, where one does it at a time: asked before each further piece."""
