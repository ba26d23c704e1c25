"""A header of an outgoing mail, written so that nothing that came in can add another."""

from email.policy import EmailPolicy
from typing import Self


class WrittenHeader(str):
    """A header's value, in the lines in which it goes out.

    The standard library would read encoded words in a text that it is given, and write what they stand for
    as it is: a subject of `=?utf-8?q?=0D=0ABcc:...?=` became a header of its own. Nothing reads these lines.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, *lines: str) -> Self:
        """Raise ValueError for a line that is none: empty, indented, or with a line break of its own."""
        if not all(line and line.isprintable() and not line.startswith(" ") for line in lines):
            raise ValueError("a line of a header is one line")
        made = super().__new__(cls, "\n ".join(lines))
        made.name = name
        return made

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header as it goes out: the generator of a message asks for it."""
        return f"{self.name}: {self}\n".replace("\n", policy.linesep)
