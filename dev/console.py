"""What the two commands say: one aligned line for each thing they do."""

import contextlib
import sys

_LABEL_WIDTH = 12


def say(label: str, text: str) -> None:
    """Print one line: what it is about, then what is the case."""
    show(f"  {label:<{_LABEL_WIDTH}} {text}")


def show(text: str) -> None:
    """Print a block of text as it is."""
    _write(text, to_error=False)


def complain(text: str) -> None:
    """Print a problem on standard error, set apart from what was said before."""
    _write(f"\n{text}\n", to_error=True)


def _write(text: str, *, to_error: bool) -> None:
    # A closed terminal must not keep us from stopping what was started.
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr if to_error else sys.stdout, flush=True)
