"""Whether the event API takes this deployment's key: one event, to which no function listens."""

from typing import Final

from lib.clock import iso
from lib.event_sender import OutgoingEvent
from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import SEE_GUARD, Subject
from lib.ticks.send_error import EventsNotSent, SendErrorClass

PROBE: Final = "everytick/preflight.probe"
WRONG: Final = frozenset({SendErrorClass.REJECTED, SendErrorClass.INCOMPLETE})
"""The API answered, and not as it does to a key that it takes; of the others the key is not known."""


def check_event_key(subject: Subject) -> Check:
    """It gives an id for the event, sent the way a tick's events are, within their deadline."""
    services = subject.services
    if not services.environment.inngest_usable:
        return not_ok(CheckName.EVENT_KEY, "Inngest cannot be used here.", cure=SEE_GUARD)
    now = iso(services.clock.now())
    probe = OutgoingEvent(
        name=PROBE, id=f"preflight:{services.instance}:{now}", data={"source": "preflight", "sentAt": now}
    )
    try:
        services.sender.send([probe])
    except EventsNotSent as error:
        seen = f"{error.error_class}: {error.message}"
        if error.error_class in WRONG:
            return not_ok(
                CheckName.EVENT_KEY,
                seen,
                cure="Set INNGEST_EVENT_KEY to the key of this environment in Inngest, and deploy.",
            )
        return cannot_know(
            CheckName.EVENT_KEY,
            seen,
            cure="See whether the event API can be reached from here (docs/ticks.md explains each class).",
        )
    return ok(CheckName.EVENT_KEY, f"The event API took an event {PROBE!r} and gave its id.")
