"""Where the platform's tools run: this machine, or the folder of another Debian."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev.step import Outcome, run_step

_ENCLOSURE = Path(__file__).resolve().parent / "enclosure.py"
_SYSTEM = Path("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A system with a Python that the platform would take.

    `root` is `/` or the folder; `python` is its path inside. `encloses` says whether processes can be given
    mounts of their own here (always, where it is a folder), `account` who they become (dev/tether's word, ''
    for no change), and `shown` what of this machine they see in a folder besides what they are given.
    """

    root: Path
    python: Path
    version: str
    encloses: bool
    account: str
    shown: tuple[Path, ...] = field(default=())

    @property
    def name(self) -> str:
        """The Python, and whose it is."""
        of = "this machine's" if self.root == _SYSTEM else "of a Debian 13 folder"
        return f"Python {self.version} ({of})"

    @property
    def path(self) -> str:
        """PATH inside."""
        return f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin"

    def enclosed(
        self,
        command: Sequence[str | Path],
        *,
        directory: Path,
        show: Sequence[Path] = (),
        keep: Sequence[Path] = (),
        account: str = "",
    ) -> list[str]:
        """Give `command` such that it runs here with a read-only file system but for /tmp and `keep`.

        What is to be seen below /tmp, or in a folder's place, has to be in `show` or `keep`.
        """
        shown = [*(() if self.root == _SYSTEM else self.shown), *show]
        return [
            *(sys.executable, "-I", "-S", "-B", str(_ENCLOSURE)),
            *("--parent", str(os.getpid()), "--signal", str(int(signal.SIGTERM))),
            *("--root", str(self.root), "--directory", str(directory)),
            *(word for path in shown for word in ("--show", str(path))),
            *(word for path in keep for word in ("--keep", str(path))),
            *(("--account", account) if account else ()),
            "--",
            *(str(word) for word in command),
        ]

    def run(  # noqa: PLR0913  # each is a property of the process
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        directory: Path,
        environment: Mapping[str, str],
        seconds: float,
        show: Sequence[Path] = (),
        keep: Sequence[Path] = (),
    ) -> Outcome:
        """Run `command` to its end; on this machine as it is, in a folder enclosed.

        Raises Problem if it takes longer than `seconds`.
        """
        words: Sequence[str | Path] = command
        if self.root != _SYSTEM:
            words = self.enclosed(command, directory=directory, show=show, keep=keep)
        return run_step(name, words, cwd=directory, environment=environment, seconds=seconds)
