"""The rehearsal while it goes on: windows pass, the operator types, and what happened is kept."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from dev.cutover.narrator import Narrator
from dev.cutover.world import World
from lib.drafts.outgoing_mail import message_id_of
from lib.exit_codes import ExitCode

ANSWERS: Final = (200, 202)
PENDING: Final = """
SELECT id, workspace_id FROM drafts WHERE status = 'pending' AND channel = 'email' ORDER BY created_at, id
"""


class RehearsalFailed(Exception):
    """Something did not happen as it must; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one tick answered."""

    mode: str
    reason: str
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.mode} ({self.reason})"


Until = Callable[[Answer], bool]
CONTROL: Final = "SELECT value FROM controls WHERE name = %s"


@dataclass(slots=True, kw_only=True)
class Play:
    """One performance."""

    world: World
    narrator: Narrator
    answers: list[Answer] = field(default_factory=list)
    """Of every tick so far."""
    windows_played: int = 0
    figures: dict[str, int] = field(default_factory=dict)
    """What was measured, in windows, by name."""
    _released: set[UUID] = field(default_factory=set)

    # -- what the cron does

    def tick(self) -> Answer:
        """One call of the cron route, in the window that is. Raises RehearsalFailed unless it went well."""
        status, body = self.world.tick()
        if status not in ANSWERS or body.get("success") is not True:
            raise RehearsalFailed(f"a tick answered {status}: {json.dumps(body)[:500]}")
        answer = Answer(mode=body["mode"], reason=body["reason"], body=body)
        self.answers.append(answer)
        return answer

    def window(self) -> Answer:
        """One window: its tick, what the engine does, and on to the next."""
        answer = self.tick()
        self.world.stub.work()
        self.pass_window()
        return answer

    def pass_window(self) -> None:
        """On to the next window."""
        self.world.next_window()
        self.windows_played += 1

    def windows(self, count: int) -> list[Answer]:
        """That many windows, told in one line."""
        answers = [self.window() for _ in range(count)]
        self._tell(answers)
        return answers

    def windows_until(self, what: str, is_so: Until, *, at_most: int) -> list[Answer]:
        """Windows until a tick answers so, told in one line; that tick is the last of them.

        Raises RehearsalFailed, with `what` was waited for, if it did not come within `at_most`.
        """
        answers: list[Answer] = []
        while not answers or not is_so(answers[-1]):
            if len(answers) == at_most:
                self._tell(answers)
                raise RehearsalFailed(f"{what} did not come within {at_most} windows")
            answers.append(self.window())
        self._tell(answers)
        return answers

    def control(self, name: str) -> object:
        """What the control is set to; None where nobody has set it."""
        rows = self.world.books.rows(CONTROL, name)
        return rows[0][0] if rows else None

    def _tell(self, answers: Sequence[Answer]) -> None:
        counts = Counter(map(str, answers))
        said = ", ".join(f"{count} {answer}" for answer, count in counts.items())
        word = "window" if len(answers) == 1 else "windows"
        self.narrator.tell(f"{len(answers)} {word}: {said}")

    # -- what the operator does

    def type(self, *words: str, codes: Sequence[int] = (ExitCode.WELL,)) -> str:
        """Type `flask words…`; its output. Raises RehearsalFailed for another exit code than `codes`."""
        result = self.world.app.test_cli_runner().invoke(args=list(words))
        self.narrator.typed(words, result.stdout)
        if result.exit_code not in codes:
            raise RehearsalFailed(
                f"`flask {' '.join(words)}` ended with {result.exit_code}: {result.output[-500:]}"
            )
        return result.stdout

    def release_drafts(self, count: int) -> None:
        """Have the mails of so many pending drafts sent. Raises RehearsalFailed where there are too few."""
        waiting = [row for row in self.world.books.rows(PENDING) if row[0] not in self._released][:count]
        if len(waiting) < count:
            raise RehearsalFailed(f"{count} drafts were to be released, and {len(waiting)} are pending")
        mail_from = self.world.services.settings.mail_from
        for draft_id, workspace_id in waiting:
            self._released.add(draft_id)
            self.world.books.note_released(message_id_of(draft_id, mail_from))
            payload = json.dumps({"draftId": str(draft_id)})
            self.type(
                *("jobs", "enqueue", "--kind", "draft.send", "--payload", payload),
                *("--workspace", str(workspace_id)),
            )
