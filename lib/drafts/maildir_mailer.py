"""The local outbox: a Maildir that any mail reader opens (domain §4: development without SMTP_URL)."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from lib.clock import Deadline
from lib.drafts.outgoing_mail import OutgoingMail
from lib.errors import SendDeferred

FOLDERS: Final = ("new", "cur")
"""Where a mail may be: put there, or read since."""


class MaildirMailer:
    """Puts each mail into a Maildir under a name made from its Message-ID: the same one never twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: OutgoingMail, *, deadline: Deadline, commit: Callable[[], None]) -> None:
        """Put `mail` into the outbox unless it is there. Raises SendDeferred when the disk refuses."""
        del deadline  # a local write has no other side to wait for
        name = _name(mail.message_id)
        try:
            for folder in ("tmp", *FOLDERS):
                (self._folder / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.has_taken(mail.message_id):
                commit()
                self._put(name, bytes(mail.message))
        except OSError as error:
            raise SendDeferred(
                f"The outbox {self._folder} cannot be written to: {error.strerror}."
            ) from error

    def has_taken(self, message_id: str) -> bool | None:
        """Whether the mail is in the outbox, read or not."""
        name = _name(message_id)
        return any(
            found.name == name or found.name.startswith(f"{name}:")
            for folder in FOLDERS
            for found in (self._folder / folder).glob(f"{name}*")
        )

    def _put(self, name: str, content: bytes) -> None:
        """Write aside, then link: the mail appears whole, or not at all."""
        aside = self._folder / "tmp" / f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            with aside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another execution put the same mail there first
                os.link(aside, self._folder / "new" / name)
        finally:
            aside.unlink(missing_ok=True)


def _name(message_id: str) -> str:
    return f"everytick.{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
