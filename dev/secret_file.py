"""The secrets of development: made up once, kept in a file that only its owner can read."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from dev.private_file import PRIVATE, write_private
from dev.problem import Problem

NAMES = ("CRON_SECRET", "OPERATOR_TOKEN", "INBOUND_SECRET")
_RANDOM_BYTES = 32


def development_secrets(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give each secret that `environment` does not set, from `file`, made up where missing.

    Raises Problem if the file cannot be understood.
    """
    kept = _read(file)
    made = {name: kept.get(name) or secrets.token_urlsafe(_RANDOM_BYTES) for name in NAMES}
    if made != kept:
        write_private(file, made)
    return {name: value for name, value in made.items() if not environment.get(name)}


def _read(file: Path) -> dict[str, str]:
    try:
        file.chmod(PRIVATE)
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read. Remove it: new secrets are made up.") from error
    if not isinstance(content, dict):
        raise Problem(f"{file} is not ours. Remove it: new secrets are made up.")
    return {name: str(value) for name, value in content.items() if name in NAMES}
