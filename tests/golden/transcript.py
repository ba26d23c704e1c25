"""The recorded conversations with the real engine, one file for each scenario and mode."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).with_name("transcripts")
SIGNING_KEY: Final = "signkey-prod-" + "ab" * 32
"""Made up for the recordings."""
SIGNED: Final = "signed"
TRACEBACK: Final = "<traceback>"
"""Stands for every traceback."""
ANSWER_LOST: Final = "response lost after execution"
"""The one fault that left the answer the SDK's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request of the real engine and what the SDK answered."""

    at_seconds: float
    """Since the scenario's first request."""
    fault: str | None
    method: str
    query: str
    headers: dict[str, str]
    body: Any
    """The request's; a traceback in it was replaced by `<traceback>` after signing."""
    status: int
    answer_headers: dict[str, str]
    answer: Any

    @property
    def run_id(self) -> str:
        """The run it was made for."""
        return str(self.headers["x-run-id"])

    @property
    def reached_the_app(self) -> bool:
        """Whether the answer is the SDK's, not of something in front of it."""
        return self.fault in {None, ANSWER_LOST}

    @property
    def signed_at(self) -> int:
        """Unix seconds in the signature."""
        return int(self.headers["x-inngest-signature"].removeprefix("t=").partition("&")[0])

    @property
    def has_replaced_traceback(self) -> bool:
        """Whether the request says something else than what was signed."""
        return TRACEBACK in json.dumps(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One scenario."""

    scenario: str
    mode: str
    """`dev` or `signed`."""
    exchanges: tuple[Recorded, ...]

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        return f"{self.scenario}.{self.mode}"

    @property
    def key(self) -> str | None:
        """What its requests are signed with."""
        return SIGNING_KEY if self.mode == SIGNED else None


def read_transcript(path: Path) -> Transcript:
    """One file."""
    raw = json.loads(path.read_text())
    return Transcript(
        scenario=raw["scenario"],
        mode=raw["mode"],
        exchanges=tuple(
            Recorded(
                at_seconds=exchange["atSeconds"],
                fault=exchange["fault"],
                method=exchange["request"]["method"],
                query=exchange["request"]["query"],
                headers=exchange["request"]["headers"],
                body=exchange["request"]["body"],
                status=exchange["response"]["status"],
                answer_headers=exchange["response"]["headers"],
                answer=exchange["response"]["body"],
            )
            for exchange in raw["exchanges"]
        ),
    )


def every_transcript() -> list[Transcript]:
    """All of them, by name."""
    return [read_transcript(path) for path in sorted(FOLDER.glob("*.json"))]


TRANSCRIPTS: Final = [one for one in every_transcript() if one.scenario != "sync"]
"""Without `sync`: it records a registration that is not signed, which the app refuses."""
