"""Tests as documents name them: a link whose text is a test or a class, and whose target is its file."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LINK: Final = re.compile(r"\[(?P<name>[\w.]+)\]\(\.\./(?P<path>tests/[\w/]+\.py)\)")
Holder = ast.Module | ast.ClassDef | ast.FunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTest:
    """A test function or a class of them."""

    path: str
    """Of its file, from the root of the repository."""
    name: str
    """`test_x`, `TestX` or `TestX.test_x`."""

    def says(self, root: Path) -> str | None:
        """What it, its class and its module say of themselves; None when there is no such test."""
        if not (root / self.path).is_file():
            return None
        holder: Holder = ast.parse((root / self.path).read_text())
        said = [ast.get_docstring(holder)]
        for part in self.name.split("."):
            found = next(_tests_called(holder, part), None)
            if found is None:
                return None
            holder = found
            said.append(ast.get_docstring(holder))
        return "\n".join(filter(None, said))


def named_tests(text: str) -> list[NamedTest]:
    """Every test that `text`, of a document in docs/, links to."""
    return [NamedTest(path=link["path"], name=link["name"]) for link in LINK.finditer(text)]


def _tests_called(holder: Holder, name: str) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """What pytest collects by that name in `holder`."""
    for node in holder.body:
        match node:
            case ast.ClassDef(name=found) if found.startswith("Test") and found == name:
                yield node
            case ast.FunctionDef(name=found) if found.startswith("test_") and found == name:
                yield node
