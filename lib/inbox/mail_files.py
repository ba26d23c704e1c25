"""What there is to import: the mail files under the paths that a command names."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

STANDARD_INPUT: Final = "-"
MAIL_SUFFIX: Final = ".eml"
MBOX_SUFFIXES: Final = frozenset({".mbox", ".mbx"})
DEPTH_LIMIT: Final = 50


class Shape(StrEnum):
    """How a file holds its mail."""

    MAIL = "mail"
    """One mail."""
    MBOX = "mbox"
    EITHER = "either"
    """An mbox when it begins like one, else one mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """One file with mail in it."""

    path: str
    """`-` for standard input."""
    shape: Shape
    size_bytes: int | None
    """None for standard input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """A path that gave no mail."""

    label: str
    """The path, as it was named."""
    code: str
    """`path_missing`, `path_unreadable`, `not_a_file` or `no_mail`."""
    message: str


@dataclass(slots=True, kw_only=True)
class MailFiles:
    """What was found; in a fixed order: as named, inside a folder by name."""

    files: list[MailFile] = field(default_factory=list)
    problems: list[SourceProblem] = field(default_factory=list)
    other_files: int = 0
    """Files in folders that are no mail and were passed over."""

    @property
    def size_bytes(self) -> int | None:
        """How much there is to read; None when that cannot be known."""
        sizes = [file.size_bytes for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def find_mail_files(paths: Iterable[str]) -> MailFiles:
    """The mail files that `paths` name: files, Maildirs, folders (searched through), `-`.

    In a folder `.eml` and mbox files count, in a Maildir every message; a folder without any is a problem,
    as is what is missing or cannot be read. Never raises.
    """
    search = _Search()
    for name in dict.fromkeys(paths):
        search.named(name)
    return search.found


class _Search:
    """One walk; each folder is entered once, however it is linked."""

    def __init__(self) -> None:
        self.found = MailFiles()
        self._entered: set[tuple[int, int]] = set()

    def named(self, name: str) -> None:
        """Take what the command named."""
        if name == STANDARD_INPUT:
            self.found.files.append(MailFile(path=name, shape=Shape.EITHER, size_bytes=None))
            return
        path = Path(name)
        facts = self._facts(path)
        if facts is None:
            return
        if not stat.S_ISDIR(facts.st_mode):
            self._take(path, facts, Shape.MAIL if path.suffix.lower() == MAIL_SUFFIX else Shape.EITHER)
            return
        before = len(self.found.files), len(self.found.problems)
        self._enter(path, facts, DEPTH_LIMIT)
        if before == (len(self.found.files), len(self.found.problems)):
            self._refuse(
                path,
                "no_mail",
                "The folder holds no mail: name one with .eml or mbox files in it, or a Maildir.",
            )

    def _enter(self, folder: Path, facts: os.stat_result, depth: int) -> None:
        if depth == 0 or (facts.st_dev, facts.st_ino) in self._entered:
            return
        self._entered.add((facts.st_dev, facts.st_ino))
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            self._refuse(folder, "path_unreadable", _cannot_read(error))
            return
        is_maildir = _is_maildir(folder)
        holds_messages = folder.name in ("new", "cur") and _is_maildir(folder.parent)
        folders: list[tuple[Path, os.stat_result]] = []
        for path in paths:
            shape = _message_shape(path) if holds_messages else _shape_by_name(path)
            inner = self._facts(path, wanted=shape is not None)
            if inner is None:
                continue
            if stat.S_ISDIR(inner.st_mode):
                if not (is_maildir and path.name == "tmp"):
                    folders.append((path, inner))
            elif shape is None:
                self.found.other_files += not path.name.startswith(".")
            else:
                self._take(path, inner, shape)
        for path, inner in folders:
            self._enter(path, inner, depth - 1)

    def _take(self, path: Path, facts: os.stat_result, shape: Shape) -> None:
        if stat.S_ISREG(facts.st_mode):
            self.found.files.append(MailFile(path=str(path), shape=shape, size_bytes=facts.st_size))
        else:
            self._refuse(path, "not_a_file", "This is not a regular file: pipe it in and name it -.")

    def _facts(self, path: Path, *, wanted: bool = True) -> os.stat_result | None:
        """What the file system says of `path`; None, and a problem if it was `wanted`, when it can't."""
        try:
            return path.stat()
        except FileNotFoundError:
            code, message = "path_missing", "There is no file or folder of this name."
        except (OSError, ValueError) as error:
            code, message = "path_unreadable", _cannot_read(error)
        if wanted:
            self._refuse(path, code, message)
        return None

    def _refuse(self, path: Path, code: str, message: str) -> None:
        self.found.problems.append(SourceProblem(label=str(path), code=code, message=message))


def _is_maildir(folder: Path) -> bool:
    return (folder / "new").is_dir() and (folder / "cur").is_dir()


def _message_shape(path: Path) -> Shape | None:
    """A Maildir's messages have no suffix of their own; hidden files are its index."""
    return None if path.name.startswith(".") else Shape.MAIL


def _shape_by_name(path: Path) -> Shape | None:
    """How a file in an ordinary folder holds its mail; None when it is no mail."""
    if path.name.startswith("."):
        return None
    if path.suffix.lower() == MAIL_SUFFIX:
        return Shape.MAIL
    return Shape.MBOX if path.suffix.lower() in MBOX_SUFFIXES or path.name == "mbox" else None


def _cannot_read(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"It cannot be read ({reason}): check its permissions."
