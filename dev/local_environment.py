"""Where the stores of a running bin/dev are, for `flask` commands in another terminal.

The app reads the file in a bare development environment only (lib/environment/local_stores.py).
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.private_file import write_private

FILE = "environment.json"
WRITER = "writtenByPid"
"""Killed, it leaves its file behind: readers see that it is gone."""
NAMES = (
    "DATABASE_URL",
    "EVERYTICK_EMBEDDED_DATABASE",
    "REDIS_URL",
    "CRON_SECRET",
    "INBOUND_SECRET",
    "OPERATOR_TOKEN",
)


@contextmanager
def published(state: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Keep what others need of `environment` in a private file below `state` while the body runs."""
    file = state / FILE
    known = {name: environment[name] for name in NAMES if environment.get(name)}
    write_private(file, {**known, WRITER: str(os.getpid())})
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
