"""A picture of a terminal, from a real run: `python -m dev.terminal_picture OUT.svg -- COMMAND…`.

The command runs in a pseudo terminal, so that it colours and wraps its output as it would for a person. The
picture loads nothing from anywhere and shows no folder of the machine that it was made on.
"""

import argparse
import fcntl
import io
import os
import pty
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from dev.console import complain, say
from dev.part import tethered
from dev.problem import Problem
from dev.project import here

COLUMNS: Final = 110
ROWS: Final = 50
SECONDS: Final = 60.0
LARGEST: Final = 200_000
"""Bytes of output; a picture of more nobody looks at."""
WELL, FAILED = 0, 1

TEMPLATE: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="__TITLE__">
<style>
.{unique_id}-matrix {{
    font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""In rich's words for the parts. Fonts are the reader's own; rich stretches each text to its columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalRun:
    """What a command did in a terminal: its exit code, and all that it wrote there."""

    code: int
    output: str


def run_in_terminal(
    command: Sequence[str],
    *,
    columns: int = COLUMNS,
    seconds: float = SECONDS,
    with_errors: bool = True,
    environment: Mapping[str, str] | None = None,
) -> TerminalRun:
    """Run `command` in a terminal of `columns`; what it says on standard error is left out on request.

    Raises Problem where it cannot be found, takes longer than `seconds`, or writes more than LARGEST bytes.
    """
    variables = _variables(os.environ if environment is None else environment, columns)
    found = shutil.which(command[0], path=variables.get("PATH"))
    if found is None:
        raise Problem(f"There is no command {command[0]}.")
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
            process = subprocess.Popen(
                tethered([found, *command[1:]], parent_gone=signal.SIGKILL),
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs if with_errors else subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        deadline = time.monotonic() + seconds
        try:
            written = _read(terminal, deadline)
            code = process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as late:
            raise Problem(
                f"{shlex.join(command)} took longer than {seconds:.0f} s and was stopped."
            ) from late
        finally:
            _end(process)
    return TerminalRun(code=code, output=written.decode("utf-8", "replace"))


def picture(command: Sequence[str], output: str, *, columns: int = COLUMNS) -> str:
    """Draw `command` as it is typed, and its `output` with its colours below, as an SVG document.

    The same input gives the same picture. Raises Problem for a picture that would show a folder of this
    machine.
    """
    typed = shlex.join(command)
    text = "\n".join(line.rstrip() for line in output.replace("\r\n", "\n").rstrip().split("\n"))
    drawn = Text.from_ansi(text)
    _refuse_folders(typed, drawn.plain)
    screen = Console(
        width=columns,
        file=io.StringIO(),
        record=True,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    screen.print(Text("$ ", style="bright_black").append(typed, style="bold"), soft_wrap=False)
    screen.print(drawn)
    return screen.export_svg(
        title="",
        theme=SVG_EXPORT_THEME,
        code_format=TEMPLATE.replace("__TITLE__", escape(typed).replace("{", "{{").replace("}", "}}")),
    )


def _variables(given: Mapping[str, str], columns: int) -> dict[str, str]:
    """The command's environment: a terminal's, whatever ours is; our Python's commands come first."""
    kept = {name: value for name, value in given.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return {
        **kept,
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), given.get("PATH", os.defpath))),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "COLUMNS": str(columns),
        "LINES": str(ROWS),
    }


def _read(terminal: io.FileIO, deadline: float) -> bytes:
    """What is written into `terminal` until nobody has it open any more, or the deadline is over."""
    written = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        try:
            piece = terminal.read(65_536)
        except OSError:  # Linux says EIO once the other side is closed
            break
        if not piece:
            break
        written += piece
        if len(written) > LARGEST:
            raise Problem(f"It wrote more than {LARGEST:,} bytes.")
    return bytes(written)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of it behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _refuse_folders(typed: str, shown: str) -> None:
    """Raise Problem where a folder of this machine can be read, broken over two lines or not."""
    own = {here().root, Path.cwd(), Path.home(), Path(sys.prefix), Path(tempfile.gettempdir())}
    names = sorted(str(folder) for folder in own if folder != Path(folder.anchor))
    joined = f"{typed}\n{shown}".replace("\n", "")
    if any(name in joined for name in names):
        raise Problem("The picture would show a folder of this machine: run it where its output has none.")


def _draw(asked: argparse.Namespace) -> int:
    """Run the command, write its picture, and give its exit code."""
    run = run_in_terminal(
        asked.command,
        columns=asked.columns,
        seconds=asked.seconds,
        with_errors=not asked.without_errors,
    )
    if asked.exit is not None and run.code != asked.exit:
        raise Problem(f"It ended with exit code {run.code}, not {asked.exit}:\n{run.output.strip()}")
    asked.target.write_text(picture(asked.command, run.output, columns=asked.columns), encoding="utf-8")
    return run.code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and write the picture; 1 where there is none, or it ended otherwise than expected."""
    parser = argparse.ArgumentParser(prog="python -m dev.terminal_picture", description=__doc__)
    parser.add_argument("target", type=Path, metavar="OUT.svg")
    parser.add_argument("--columns", type=int, default=COLUMNS, help=f"the terminal's width, {COLUMNS}")
    parser.add_argument("--exit", type=int, help="draw nothing where the exit code is another")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"stop it after that, {SECONDS:.0f}")
    parser.add_argument("--without-errors", action="store_true", help="leave out what is on standard error")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --")
    asked = parser.parse_args(arguments)
    try:
        code = _draw(asked)
    except Problem as problem:
        complain(str(problem))
        return FAILED
    say("Picture", f"{asked.target}, of a run with exit code {code}")
    return WELL


if __name__ == "__main__":
    sys.exit(main())
