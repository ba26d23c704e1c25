"""`empty_draft`: the draft is blank."""

from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.wording import is_blank


def empty_draft(reply: Reply) -> Broken | None:
    """Broken when nothing of the draft can be seen: white space and invisible characters count as nothing."""
    if not is_blank(reply.draft):
        return None
    return Broken(code=InvariantCode.EMPTY_DRAFT, message="The draft is blank.")
