"""What the tables of the invariants' tests share."""

from lib.drafts.invariants.reply import Reply

SLOTS = ("Tuesday, March 3 at 2:00 PM", "Wednesday, March 4 at 10:00 AM")


def reply(
    draft: str,
    *,
    inbound: str = "Can we meet?",
    slots: tuple[str, ...] = SLOTS,
    booking_link: str | None = None,
    lead_link: str | None = None,
) -> Reply:
    """A reply to somebody who was offered `SLOTS`."""
    return Reply(
        inbound=inbound,
        draft=draft,
        offered_slots=slots,
        booking_link=booking_link,
        lead_scheduler_link=lead_link,
    )
