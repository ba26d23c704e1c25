"""A mail's parts and what they call themselves, whatever their headers hold."""

from lib.inbox.headers import HEADER_FAULTS
from lib.inbox.structure import MailTree


def children_of(part: MailTree) -> list[MailTree]:
    """The parts of `part`; none of one that holds text."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, MailTree)] if isinstance(payload, list) else []


def media_type(part: MailTree) -> str:
    """For instance `text/html`, in lower case; `text/plain` where the header cannot be read."""
    try:
        return part.get_content_type()
    except HEADER_FAULTS:
        return "text/plain"


def parameter(part: MailTree, name: str, header: str = "content-type") -> str:
    """The parameter `name` of `header`; "" where there is none that can be read."""
    try:
        value = part.get_param(name, "", header)
    except HEADER_FAULTS:
        return ""
    return str(value[2] if isinstance(value, tuple) else value)
