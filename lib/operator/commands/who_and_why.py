"""Who runs a command that changes something, and the reason given for it; both are kept with the change."""

import os
import pwd

from lib.errors import UsageProblem


def actor() -> str:
    """Who runs this command, by the account's name."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:uid {os.getuid()}"


def not_blank(said: str, option: str) -> str:
    """What was said with `option`, stripped. Raises UsageProblem where that is nothing."""
    if not said.strip():
        raise UsageProblem(f"{option} may not be blank: it is kept with the change.")
    return said.strip()
