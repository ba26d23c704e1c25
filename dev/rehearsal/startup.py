"""How long the function takes to start, beside one with nothing but Flask and Inngest."""

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from dev.rehearsal.function import PlatformFunction
from dev.rehearsal.place import Place

TIMES = 3


def compare_starts(
    ours: Path,
    bare: Path,
    *,
    place: Place,
    python: Path,
    variables: Mapping[str, str],
    sockets: Path,
) -> str:
    """Start both in turn, several times; say the medians and their ratio.

    Both get the same variables, packages and runtime, so the difference is our own code and what it loads.
    """
    times: dict[Path, list[float]] = {ours: [], bare: []}
    for _ in range(TIMES):
        for folder, taken in times.items():
            with PlatformFunction(
                folder, place=place, python=python, variables=variables, sockets=sockets
            ) as function:
                taken.append(function.started_seconds)
    own, other = median(times[ours]), median(times[bare])
    return f"{own:.2f} s, bare Flask and Inngest {other:.2f} s: {own / other:.2f} times (medians of {TIMES})"
