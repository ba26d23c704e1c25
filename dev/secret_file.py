"""The secrets of development: made up once, kept in a file that only its owner can read."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from dev.problem import Problem

NAMES = ("CRON_SECRET", "OPERATOR_TOKEN", "INBOUND_SECRET")
_RANDOM_BYTES = 32
_PRIVATE = 0o600


def development_secrets(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give each secret that `environment` does not set, from `file`, made up where missing.

    Raises Problem if the file cannot be understood.
    """
    kept = _read(file)
    made = {name: kept.get(name) or secrets.token_urlsafe(_RANDOM_BYTES) for name in NAMES}
    if made != kept:
        _write(file, made)
    return {name: value for name, value in made.items() if not environment.get(name)}


def _read(file: Path) -> dict[str, str]:
    try:
        file.chmod(_PRIVATE)
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read. Remove it: new secrets are made up.") from error
    if not isinstance(content, dict):
        raise Problem(f"{file} is not ours. Remove it: new secrets are made up.")
    return {name: str(value) for name, value in content.items() if name in NAMES}


def _write(file: Path, content: Mapping[str, str]) -> None:
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(content, output, indent=1)
    unfinished.replace(file)
