"""What the stories draw from: chance of a seed, people, ids, and a clock that goes on."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypedDict, Unpack

from bench.pipeline import letters, mime
from bench.pipeline.mime import Letter

TEAM: Final = "hello@kestrel-cold.example"
ROBIN: Final = f"Kestrel Cold Hire <{TEAM}>"
START: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who writes to the team."""

    name: str
    address: str
    language: str

    @property
    def mailbox(self) -> str:
        """As it stands in From."""
        return f"{self.name} <{self.address}>"


class Changes(TypedDict, total=False):
    """What a letter may have otherwise than usual."""

    sender: str
    to: str
    subject: str
    message_id: str | None
    references: tuple[str, ...]
    head: Mapping[str, str]


class Teller:
    """One measurement's."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._number = 0
        self._minutes = 0

    def person(self, languages: Sequence[str] = letters.LANGUAGES) -> Person:
        """Somebody new."""
        self._number += 1
        first, last = self.chance.choice(letters.FIRST), self.chance.choice(letters.LAST)
        firm = self.chance.choice(letters.FIRMS)
        return Person(
            name=f"{first} {last}",
            address=f"p{self._number}@{firm}.example",
            language=self.chance.choice(languages),
        )

    def letter(self, person: Person, text: str, **changes: Unpack[Changes]) -> Letter:
        """A letter of `person` to the team."""
        facts: Changes = {
            "sender": person.mailbox,
            "to": ROBIN,
            "subject": "Cold storage",
            "message_id": self.message_id(person.address.partition("@")[2]),
            **changes,
        }
        return Letter(text=text, sent_at=self._later(), **facts)

    def ours(self, person: Person, text: str, **changes: Unpack[Changes]) -> Letter:
        """A letter of the team's to `person`."""
        facts: Changes = {
            "sender": ROBIN,
            "to": person.mailbox,
            "message_id": self.message_id("kestrel-cold.example"),
            **changes,
        }
        return self.letter(person, text, **facts)

    def message_id(self, where: str) -> str:
        """A new one."""
        self._number += 1
        return f"<{self._number}.{self.chance.getrandbits(48):012x}@{where}>"

    def written(self, letter: Letter) -> bytes:
        """`letter` as one of the mail programs writes it."""
        ways: tuple[Callable[[Letter], bytes], ...] = (
            mime.plain,
            partial(mime.plain, encoding="base64"),
            partial(mime.plain, charset="windows-1252", encoding="quoted-printable"),
            mime.html_only,
            mime.alternative,
            mime.with_attachment,
        )
        return self.chance.choices(ways, (8, 2, 3, 3, 6, 2))[0](letter)

    def asked(self, person: Person) -> str:
        """An enquiry of the person's."""
        text = self.chance.choice(letters.ENQUIRIES[person.language])
        return f"{letters.GREETING[person.language]}\n\n{text}\n\n{person.name}"

    def _later(self) -> datetime:
        self._minutes += self.chance.randint(1, 9)
        return START + timedelta(minutes=self._minutes)
