"""A mail provider that takes whatever it is handed, twice if handed twice, and tells nothing afterwards."""

import random
import time
from collections.abc import Callable
from typing import Final

from bench.soak.world import World
from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail
from lib.errors import SendDeferred, SendOutcomeUnknown

UNKNOWN_SHARE: Final = 0.03
"""Of all mails: the connection breaks, half of them before the mail was taken, half after."""
REFUSED_SHARE: Final = 0.03
SLOWEST_SECONDS: Final = 0.03
"""What it takes to answer at the most, a good time to be killed at."""


class CountingProvider:
    """A `Mailer` whose mails are counted in the audit."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._chance = chance

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        """Take `mail`, whoever hands it over and however often. Raises SendDeferred, SendOutcomeUnknown."""
        del deadline  # it is on loopback
        drawn = self._chance.random()
        if drawn < REFUSED_SHARE:
            raise SendDeferred
        commit()
        breaks = drawn < REFUSED_SHARE + UNKNOWN_SHARE
        if breaks and self._chance.random() < 0.5:  # noqa: PLR2004 - half
            raise SendOutcomeUnknown
        self._world.tell("SELECT audit.take_mail(%s)", mail.message_id)
        time.sleep(self._chance.uniform(0, SLOWEST_SECONDS))
        if breaks:
            raise SendOutcomeUnknown

    def has_taken(self, message_id: str) -> bool | None:
        """Nobody can know."""
        del message_id
        return None
