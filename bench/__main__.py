"""The measurements, by name: `python -m bench bill`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Final

try:
    from bench import bill, invariants, opt_outs
    from bench.pipeline import command as pipeline
    from bench.soak import command as soak
except ModuleNotFoundError as missing:
    raise SystemExit(f"Measuring needs the test tools ({missing.name}): run bin/test once.") from None

MEASUREMENTS: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "bill": bill.main,
    "invariants": invariants.main,
    "opt-outs": opt_outs.main,
    "pipeline": pipeline.main,
    "soak": soak.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the measurement that the first argument names; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Everytick.")
    parser.add_argument(
        "measurement",
        choices=sorted(MEASUREMENTS),
        help="bill: what a tick costs in executions; invariants: how they do on the labelled examples; "
        "opt-outs: how they are told on the labelled examples; "
        "pipeline: how fast mail becomes drafts, and whether any is lost; "
        "soak: what is lost while processes are killed",
    )
    named = parser.parse_args(arguments[:1])
    return MEASUREMENTS[named.measurement](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
