"""What an invariant looks at, and what it says."""

from dataclasses import dataclass
from enum import StrEnum


class InvariantCode(StrEnum):
    """The five invariants of domain §3; each is critical."""

    EMPTY_DRAFT = "empty_draft"
    SLOT_MISMATCH = "slot_mismatch"
    DATE_MISMATCH = "date_mismatch"
    FABRICATED_LINK = "fabricated_link"
    NON_LOGISTICS_REPLY = "non_logistics_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A draft and the facts it must keep to."""

    inbound: str
    """The message that is answered, in plain text."""
    draft: str
    offered_slots: tuple[str, ...] = ()
    """Phrases as offered before, for instance `Tuesday, March 3 at 2:00 PM`; blank ones do not count."""
    booking_link: str | None = None
    """The workspace's; None or blank when it has none."""
    lead_scheduler_link: str | None = None
    """The lead's own scheduler; None or blank when it has none."""

    @property
    def slots(self) -> tuple[str, ...]:
        """The offered phrases that say something."""
        return tuple(slot for slot in self.offered_slots if slot.strip())

    @property
    def known_links(self) -> tuple[str, ...]:
        """The booking link and the lead's scheduler link, where there are any."""
        return tuple(
            link.strip() for link in (self.booking_link, self.lead_scheduler_link) if link and link.strip()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One broken invariant."""

    code: InvariantCode
    message: str
    """What in the draft breaks it, for the person who has to mend it."""
