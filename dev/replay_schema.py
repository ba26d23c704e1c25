"""Writes the JSON Schema of a replay's artifact from its models: `python -m dev.replay_schema`."""

import json
from pathlib import Path
from typing import Final

from lib.replay.artifact import schema

PATH: Final = Path(__file__).parents[1] / "docs" / "replay-artifact.schema.json"


def text() -> str:
    """The schema as the file has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
