"""Durations as function configurations write them."""

import re
from typing import Final

from dev.engine.errors import NotPlayed

FORM: Final = re.compile(r"(\d+)([smhdw])")
SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds(text: str) -> float:
    """The seconds of `30m` and its like.

    Raises:
        NotPlayed: another form, such as two units at once.

    """
    found = FORM.fullmatch(text)
    if found is None:
        raise NotPlayed(f"a duration of the form {text!r}")
    return float(int(found[1]) * SECONDS[found[2]])
