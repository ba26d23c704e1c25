"""`fabricated_link`: the draft points to a scheduler that does not exist."""

from lib.drafts.invariants.booking_intent import wants_booking
from lib.drafts.invariants.link_calls import books_there, link_call
from lib.drafts.invariants.own_words import own_words
from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.urls import is_scheduling, placed_urls, same_address, scheduling_urls


def fabricated_link(reply: Reply) -> Broken | None:
    """Broken when the draft sends the reader to a scheduling link that there is not.

    Allowed are the workspace's booking link, the lead's scheduler link and the scheduling URLs of the
    inbound. With none of them, any scheduling URL and any call to use a link ("book here:", "use the link
    below", "[booking link]") breaks it; with some, a scheduling URL that is none of them does. A URL is
    scheduling by its host (a known scheduler), by a host label or path segment that says so, or because the
    draft tells its reader to book there.
    """
    allowed = (*reply.known_links, *scheduling_urls(reply.inbound))
    strange = [
        placed.url
        for placed in placed_urls(reply.draft)
        if not any(same_address(placed.url, address) for address in allowed)
        and (is_scheduling(placed.url) or books_there(placed))
    ]
    if strange:
        return _broken(f"The draft links to {strange[0]}, which is no booking link that is known.")
    if not allowed and (call := link_call(own_words(reply), to_booker=wants_booking(reply.inbound))):
        return _broken(f"The draft says {call!r}, but there is no booking link to use.")
    return None


def _broken(message: str) -> Broken:
    return Broken(code=InvariantCode.FABRICATED_LINK, message=message)
