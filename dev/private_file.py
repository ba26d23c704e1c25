"""A file that only its owner can read, written whole or not at all."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

PRIVATE = 0o600


def write_private(file: Path, content: Mapping[str, str]) -> None:
    """Write `content` as JSON to `file`; whoever reads meanwhile finds the old file or the new one."""
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(content, output, indent=1)
    unfinished.replace(file)
