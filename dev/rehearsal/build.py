"""The platform's build: `vercel build`, in a copy of the checkout, without an account."""

import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.rehearsal.indexes import index_environment
from dev.rehearsal.place import Place
from dev.rehearsal.platform_tools import Tools

_BUILD_SECONDS = 180
_PROBLEM = re.compile(r"^\s*([a-z]+(?:_[a-z]+)+) \((?:isolation|configuration|usability)\): ")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FUNCTION = Path(".vercel/output/functions/flask.func")


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How it ended. `said` is what the build command printed: the lock's check, then the guard's."""

    checkout: Path
    ok: bool
    seconds: float
    output: str

    @property
    def said(self) -> list[str]:
        """What came after the build command was started, if it was."""
        lines = self.output.splitlines()
        starts = [number for number, line in enumerate(lines) if line.startswith("Executing: ")]
        return [line for line in lines[starts[-1] + 1 :] if line.strip()] if starts else []

    @property
    def problems(self) -> list[str]:
        """The lines in which the guard named a problem."""
        return [line.strip() for line in self.said if _PROBLEM.match(line)]

    @property
    def refusals(self) -> list[str]:
        """The codes of the problems that the guard named."""
        return [match[1] for line in self.said if (match := _PROBLEM.match(line))]


def run_build(
    checkout: Path,
    place: Place,
    tools: Tools,
    *,
    variables: Mapping[str, str],
    environment: Mapping[str, str],
) -> Build:
    """Build `checkout` with a deployment's variables. Raises Problem if it takes too long."""
    home = checkout.parent / "home"
    home.mkdir(exist_ok=True)
    # One stream, so that the lines keep their order.
    command: list[str | Path] = [
        "sh",
        "-c",
        'exec "$@" 2>&1',
        "sh",
        "node",
        tools.vercel,
        "build",
        "--yes",
        "--token",
        "none",
    ]
    if variables["VERCEL_ENV"] == "production":
        command.append("--prod")
    started = time.monotonic()
    outcome = place.run(
        "The platform's build",
        command,
        directory=checkout,
        environment={
            **index_environment(environment),
            "PATH": f"{place.python.parent}:{tools.programs}:{_node_folder(environment)}{place.path}",
            "HOME": str(home),
            "CI": "1",
            "NO_COLOR": "1",
            "VERCEL_TELEMETRY_DISABLED": "1",
            **variables,
        },
        seconds=_BUILD_SECONDS,
        keep=[checkout.parent],
    )
    return Build(
        checkout=checkout,
        ok=outcome.code == 0 and (checkout / FUNCTION / ".vc-config.json").exists(),
        seconds=time.monotonic() - started,
        output=_COLOUR.sub("", outcome.output + outcome.errors),
    )


def _node_folder(environment: Mapping[str, str]) -> str:
    node = shutil.which("node", path=environment.get("PATH"))
    return f"{Path(node).parent}:" if node else ""
