"""What a draft says of its own: without what it only quotes of the inbound."""

from lib.drafts.invariants.reading import folded, readable
from lib.drafts.invariants.reply import Reply
from lib.inbox.quotation import split_quotation


def own_words(reply: Reply) -> str:
    """The draft as its reader sees it, without the lines that it quotes of the inbound and their headers.

    A line that is marked as quoted and that the inbound doesn't hold is the draft's own.
    """
    said = readable(reply.draft)
    own, quoted = split_quotation(said)
    if quoted is None:
        return said
    asked = _even(reply.inbound)
    lines = [line for line in quoted.split("\n") if line.startswith(">")]
    return "\n".join([own, *(line for line in lines if _even(line.lstrip("> ")) not in asked)])


def _even(text: str) -> str:
    return " ".join(folded(readable(text)).casefold().split())
