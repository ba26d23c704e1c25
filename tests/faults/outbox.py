"""The outbox of the fault matrix: a mail server that keeps what it takes, copies too."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes

from lib.drafts.outgoing_mail import draft_of
from tests.drafts.mail_servers import Received, real_server


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """What arrived."""

    port: int
    received: Received

    @property
    def drafts(self) -> list[str]:
        """The draft of each mail that arrived, as often as it arrived."""
        found = []
        for envelope in self.received.envelopes:
            content = envelope.content
            assert isinstance(content, bytes)
            found.append(str(draft_of(message_from_bytes(content)["Message-ID"])))
        return found

    def reset(self) -> None:
        self.received.envelopes.clear()


@contextmanager
def outbox() -> Iterator[Outbox]:
    """A mail server on loopback."""
    with real_server() as (port, received):
        yield Outbox(port=port, received=received)
