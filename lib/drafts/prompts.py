"""The prompts: files beside this one, each with a key that names its version.

A prompt that is in use is not changed: a new version is a new file, so that an artifact's key says which
words were used.
"""

import functools
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

EXTRACT: Final = "meeting.overseer.extract.v1"
GENERATION: Final = "draft.generation.v1"
GATE: Final = "meeting.overseer.gate.v1"
JUDGE: Final = "replay.judge.overseer.v1"
ADJUDICATION: Final = "replay.judge.adjudication.v1"

FOLDER: Final = files("lib.drafts") / "prompts"
_FILE: Final = re.compile(r"---\nkey: (?P<key>[a-z]+(?:\.[a-z]+)+\.v[1-9]\d*)\n---\n(?P<text>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Instructions for a model; ours alone, nothing of a conversation is ever put into them."""

    key: str
    """With its version."""
    text: str


@functools.cache
def prompt(key: str) -> Prompt:
    """The prompt `key`. Raises LookupError for a file that is missing or does not say the same key."""
    found = _FILE.fullmatch((FOLDER / f"{key}.md").read_text("utf-8"))
    if found is None or found["key"] != key:
        raise LookupError(f"lib/drafts/prompts/{key}.md does not begin with its key")
    return Prompt(key=key, text=found["text"].strip())
