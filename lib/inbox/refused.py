"""Keep a copy of a refused mail that came through a pipe and would be lost."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".everytick" / "refused"
"""Beside the rest of what Everytick keeps on a machine."""


def keep_refused(raw: bytes) -> str | None:
    """Write `raw` into FOLDER, readable by its owner alone; its path, or None when it can't be written.

    The name is the hash of the content, so that the same mail is kept once.
    """
    path = FOLDER / f"{hashlib.sha256(raw).hexdigest()[:16]}.eml"
    try:
        FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        path.write_bytes(raw)
    except OSError:
        return None
    return str(path)
