"""`fabricated_link`: the draft points to a scheduler that does not exist."""

import re
from typing import Final

from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.urls import same_address, scheduling_urls
from lib.drafts.invariants.wording import plain

_ARTICLE: Final = r"(?:the|this|that|my|our|a|following)"
_SORT: Final = r"(?:booking|scheduling|scheduler|calendar|calendly|meeting|appointment)"
_BOOK: Final = r"\b(?:book|schedule|reserve|grab|pick|choose|select|find)\b[^.!?\n]{0,40}"
_ENDS: Final = r"\b(?=\s*(?:[:.!,)\[<-]|$|http))"
_CALLS: Final = (
    # A place for a link that was never put in: [booking link], {{ scheduler_url }}, <link>.
    r"[\[<{]{1,3}\s*(?:[a-z]+[ _-]+){0,3}(?:link|url|calendly)(?:[ _-]+[a-z]+){0,2}\s*[\]>}]+",
    r"\bclick\s+(?:right\s+)?(?:here|below)\b",
    r"\blink\s+(?:is\s+)?(?:below|above|here)\b",
    r"\b(?!with\s+a\s)"
    r"(?:use|click|follow|open|try|tap|hit|via|through|using|with|at|from|on|here(?:'s| is))\s+(?:on\s+)?"
    + _ARTICLE
    + r"\s+(?:[a-z]+\s+){0,2}links?\b",
    rf"\b(?:the|this|my|our)\s+(?:online\s+)?{_SORT}\s+(?:link|page)\b",
    rf"{_BOOK}\bhere{_ENDS}",
    _BOOK + r"\b(?:via|through|using|at|on|from|with)\s+(?:the|this|my|our)\s+"
    r"(?:calendly|scheduler|booking\s+page|calendar\s+page)\b",
    r"\b(?:über|unter|mit)\s+(?:den|dem|diese[nm]|meine[nm]|unsere[nm])\s+(?:buchungs|kalender)?link\b",
    rf"\bbuchen\b[^.!?\n]{{0,40}}\bhier{_ENDS}",
    r"\b(?:via|avec|par|sur)\s+(?:ce|le|notre|mon)\s+lien\b",
    r"\br[ée]servez\b[^.!?\n]{0,40}\bici\b",
    r"\b(?:en|con|mediante)\s+(?:este|el|nuestro|mi)\s+(?:enlace|link)\b",
    r"\breserv[ae]\b[^.!?\n]{0,40}\baqu[íi]\b",
)
_CALL: Final = re.compile("|".join(_CALLS), re.IGNORECASE | re.MULTILINE)


def fabricated_link(reply: Reply) -> Broken | None:
    """Broken when the draft sends the reader to a scheduling link that there is not.

    Allowed are the workspace's booking link, the lead's scheduler link and the scheduling URLs of the
    inbound. With none of them, any scheduling URL and any call to use a link ("book here:", "use the link
    below", "[booking link]") breaks it; with some, a scheduling URL that is none of them does. A URL is
    scheduling by its host (a known scheduler) or by a host label or path segment that says so.
    """
    allowed = (*reply.known_links, *scheduling_urls(reply.inbound))
    strange = [
        url
        for url in scheduling_urls(reply.draft)
        if not any(same_address(url, address) for address in allowed)
    ]
    if strange:
        return _broken(f"The draft links to {strange[0]}, which is no booking link that is known.")
    if not allowed and (call := _CALL.search(plain(reply.draft))):
        return _broken(f"The draft says {call[0].strip()!r}, but there is no booking link to use.")
    return None


def _broken(message: str) -> Broken:
    return Broken(code=InvariantCode.FABRICATED_LINK, message=message)
